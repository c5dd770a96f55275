"use strict";
// A click on a column's title sorts by it: figures from the largest, words from A on; again, the
// other way. Without scripts the tables are as they are.
for (const table of document.querySelectorAll("table.sorts")) {
	const body = table.tBodies[0];
	const heads = [...table.tHead.rows[0].cells];
	const value = (row, i) => row.cells[i].dataset.v ?? row.cells[i].textContent;

	function sortBy(i) {
		const words = !heads[i].classList.contains("n");
		const old = heads[i].getAttribute("aria-sort");
		const up = old ? old === "descending" : words;

		heads.forEach(h => h.removeAttribute("aria-sort"));
		heads[i].setAttribute("aria-sort", up ? "ascending" : "descending");
		const compare = (a, b) => words ? a.localeCompare(b) : a - b;
		const rows = [...body.rows].sort((a, b) => {
			const x = value(a, i), y = value(b, i);

			if (!words && (x === "") !== (y === ""))
				return x === "" ? 1 : -1; // what was not measured comes last
			return up ? compare(x, y) : compare(y, x);
		});
		body.append(...rows);
	}

	heads.forEach((head, i) => {
		const button = document.createElement("button");

		button.type = "button";
		button.append(...head.childNodes);
		button.addEventListener("click", () => sortBy(i));
		head.append(button);
	});
}

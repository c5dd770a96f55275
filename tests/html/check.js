"use strict";
// Put into a copy of a page by tests/html/check.sh: looks at it in the browser, clicks, and
// leaves what it found in an element at its end.
const found = [];
const complain = text => found.push("FAILED " + text);
let looked = 0;

window.addEventListener("error", e => complain("error: " + e.message));
document.addEventListener("securitypolicyviolation", e =>
	complain("fetches " + e.blockedURI + " (" + e.violatedDirective + ")"));

function channels(colour) {
	const c = colour.match(/[\d.]+/g).map(Number);
	return { rgb: c.slice(0, 3), alpha: c.length > 3 ? c[3] : 1 };
}

// As WCAG 2 defines it.
function luminance(rgb) {
	const [r, g, b] = rgb.map(v => {
		v /= 255;
		return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
	});
	return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a, b) {
	const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p);
	return (x + 0.05) / (y + 0.05);
}

function background(element) {
	for (let e = element; e; e = e.parentElement) {
		const c = channels(getComputedStyle(e).backgroundColor);
		if (c.alpha === 1)
			return c.rgb;
	}
	return [255, 255, 255];
}

// All text, of charts too, can be read: 4.5 to 1.
function checkContrast() {
	const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);

	while (walk.nextNode()) {
		const e = walk.currentNode.parentElement;
		const style = getComputedStyle(e);
		const svg = e instanceof SVGElement;

		if (!walk.currentNode.textContent.trim() || ["SCRIPT", "STYLE"].includes(e.tagName))
			continue;
		const ink = channels(svg ? style.fill : style.color).rgb;
		const ratio = contrast(ink, background(svg ? e.closest("figure") : e));

		looked++;
		if (ratio < 4.5)
			complain(`contrast ${ratio.toFixed(2)}: ${walk.currentNode.textContent.trim()}`);
	}
}

function column(table, i) {
	return [...table.tBodies[0].rows].map(r => r.cells[i].dataset.v ?? r.cells[i].textContent);
}

function isSorted(values, words, up) {
	const known = words ? values : values.filter(v => v !== "").map(Number);
	if (!words && values.lastIndexOf("") >= 0 && values.indexOf("") < known.length)
		return false;
	return known.every((v, i) => {
		const order = !i ? 0 : words ? known[i - 1].localeCompare(v) : known[i - 1] - v;
		return up ? order <= 0 : order >= 0;
	});
}

function clickThrough(table) {
	[...table.tHead.rows[0].cells].forEach((head, i) => {
		const words = !head.classList.contains("n"), button = head.querySelector("button");

		if (!button)
			return complain("no button in " + head.textContent);
		for (const up of words ? [true, false] : [false, true]) {
			button.click();
			looked++;
			if (!isSorted(column(table, i), words, up))
				complain(`column ${head.textContent} is not sorted, up: ${up}`);
			if (head.getAttribute("aria-sort") !== (up ? "ascending" : "descending"))
				complain("aria-sort of " + head.textContent);
		}
	});
}

window.addEventListener("load", () => {
	const ids = [...document.querySelectorAll("[id]")].map(e => e.id);
	const tables = [...document.querySelectorAll("table.sorts")];

	checkContrast();
	tables.forEach(clickThrough);
	if (new Set(ids).size !== ids.length)
		complain("an id is there twice");
	if (performance.getEntriesByType("resource").length)
		complain("something was fetched");
	if (document.documentElement.scrollWidth > window.innerWidth)
		complain(`wider than the window: ${document.documentElement.scrollWidth}`);
	if (document.querySelectorAll("script").length !== 2) // the page's and this one
		complain("a script came in");
	for (const svg of document.querySelectorAll("svg"))
		if (svg.getBoundingClientRect().height < 100)
			complain("a chart is not shown");
	const pre = document.createElement("pre");
	pre.id = "found";
	pre.textContent = found.join("\n") + `\nlooked at ${looked} things`;
	document.body.append(pre);
});

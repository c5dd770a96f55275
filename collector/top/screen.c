// SPDX-License-Identifier: GPL-2.0-only
#include "collector/top/screen.h"

#include <curses.h>
#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <time.h>
#include <unistd.h>

#include "collector/base/fail.h"
#include "collector/base/proc.h"
#include "collector/stat/wait.h"

#define ESC_DELAY_MS 25 /* as long may an escape sequence take to come in */

static const int watched[] = { SIGINT,	SIGTERM, SIGHUP,  SIGQUIT,
			       SIGTSTP, SIGCONT, SIGWINCH };
#define NR_WATCHED ((int)(sizeof(watched) / sizeof(watched[0])))

static struct {
	SCREEN *term;
	bool colours;
	/* Signals come only while we wait: nothing is cut in two by them. */
	sigset_t while_waiting, before;
	struct sigaction old[NR_WATCHED];
} screen;

static volatile sig_atomic_t stop_asked, continued, resized;

static void on_signal(int sig)
{
	if (sig == SIGTSTP)
		stop_asked = 1;
	else if (sig == SIGCONT)
		continued = 1;
	else
		resized = 1;
}

/* Whether terminfo knows a terminal to draw on; `found` is setupterm()'s. */
static bool can_draw(const char *type, int *found)
{
	bool can = setupterm(type, STDOUT_FILENO, found) == OK && cursor_address && clear_screen;

	if (*found == 1 && cur_term)
		del_curterm(cur_term); /* newterm() makes its own */
	return can;
}

static int check_type(void)
{
	const char *type = getenv("TERM");
	int found;

	if (!type || !type[0])
		return fail(NP_EXIT_TERMINAL, -ENOTTY,
			    "TERM is not set, so this terminal's abilities are not known; set it, "
			    "or use nestprof stat -I 1");
	if (can_draw(type, &found))
		return 0;
	if (found == 1 || found == 0)
		return fail(NP_EXIT_TERMINAL, -ENOTTY,
			    "a terminal of type '%.60s' is unknown, or cannot be drawn on; set "
			    "TERM to what it is, or use nestprof stat -I 1", type);
	return fail(NP_EXIT_TERMINAL, -ENOENT,
		    "there is no terminfo database to look up TERM '%.60s' in; install "
		    "ncurses-base, or use nestprof stat -I 1", type);
}

/* False when the terminal does not know: then it is as large as its type says. */
static bool window_size(struct winsize *w)
{
	return ioctl(STDOUT_FILENO, TIOCGWINSZ, w) == 0 && w->ws_col && w->ws_row;
}

int screen_check(int min_columns, int min_lines)
{
	struct winsize w;
	int err;

	for (int fd = STDIN_FILENO; fd <= STDOUT_FILENO; fd++)
		if (!isatty(fd))
			return fail(NP_EXIT_TERMINAL, -ENOTTY,
				    "standard %s is no terminal; for a file or a pipe there is "
				    "nestprof stat -I 1", fd ? "output" : "input");
	err = check_type();
	if (!err && window_size(&w) && (w.ws_col < min_columns || w.ws_row < min_lines))
		err = fail(NP_EXIT_TERMINAL, -ENOTTY,
			   "this terminal has %u columns and %u lines: at least %d and %d are "
			   "needed", w.ws_col, w.ws_row, min_columns, min_lines);
	return err;
}

/* SIGINT, SIGTERM and SIGHUP have their handler; SIGQUIT is to end us as tidily. */
static void take_signals(void)
{
	struct sigaction mine = { .sa_handler = on_signal }, end;
	sigset_t set;

	sigaction(SIGINT, NULL, &end);
	sigemptyset(&set);
	for (int i = 0; i < NR_WATCHED; i++)
		sigaddset(&set, watched[i]);
	sigprocmask(SIG_BLOCK, &set, &screen.before);
	screen.while_waiting = screen.before;
	for (int i = 0; i < NR_WATCHED; i++) {
		sigaction(watched[i], NULL, &screen.old[i]);
		sigdelset(&screen.while_waiting, watched[i]);
		if (watched[i] == SIGQUIT)
			sigaction(SIGQUIT, &end, NULL);
		else if (i > 3 && screen.old[i].sa_handler != SIG_IGN)
			sigaction(watched[i], &mine, NULL);
	}
}

static void give_signals_back(void)
{
	for (int i = 0; i < NR_WATCHED; i++)
		sigaction(watched[i], &screen.old[i], NULL);
	sigprocmask(SIG_SETMASK, &screen.before, NULL);
}

static void take_colours(void)
{
	static const short colours[] = { [SCREEN_ALARM] = COLOR_RED,
					 [SCREEN_PATH] = COLOR_CYAN,
					 [SCREEN_HINT] = COLOR_CYAN };
	const char *none = getenv("NO_COLOR");

	screen.colours = !(none && none[0]) && has_colors() && start_color() == OK;
	if (!screen.colours)
		return;
	use_default_colors();
	for (short i = SCREEN_ALARM; i <= SCREEN_HINT; i++)
		init_pair(i, colours[i], -1);
}

uint32_t screen_colour(enum screen_colour which)
{
	return screen.colours ? COLOR_PAIR(which) : 0;
}

/* LINES and COLUMNS of the environment do not follow the terminal. */
static void take_size(void)
{
	struct winsize w;

	if (window_size(&w))
		resizeterm(w.ws_row, w.ws_col);
}

int screen_open(void)
{
	setlocale(LC_CTYPE, "");
	take_signals();
	screen.term = newterm(NULL, stdout, stdin);
	if (!screen.term) {
		give_signals_back();
		return fail(NP_EXIT_TERMINAL, -ENOTTY, "cannot draw on a terminal of type '%.60s'",
			    getenv("TERM"));
	}
	take_size();
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	set_escdelay(ESC_DELAY_MS);
	curs_set(0);
	take_colours();
	return 0;
}

void screen_close(void)
{
	if (!screen.term)
		return;
	endwin();
	delscreen(screen.term);
	screen.term = NULL;
	give_signals_back();
}

static void redraw_all(void)
{
	take_size();
	clearok(curscr, TRUE);
}

/* Ctrl-Z: the terminal is the shell's until we go on. */
static void stop_here(void)
{
	struct sigaction mine, plain = { .sa_handler = SIG_DFL };
	sigset_t set, blocked;

	endwin();
	sigemptyset(&set);
	sigaddset(&set, SIGTSTP);
	sigaction(SIGTSTP, &plain, &mine);
	raise(SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &set, &blocked);
	sigprocmask(SIG_SETMASK, &blocked, NULL);
	sigaction(SIGTSTP, &mine, NULL);
	reset_prog_mode();
}

/* What the signals asked for. */
static enum screen_event after_signals(void)
{
	if (np_interrupted())
		return SCREEN_SIGNAL;
	if (stop_asked) {
		stop_asked = 0;
		stop_here();
		continued = 1;
	}
	if (!continued && !resized)
		return SCREEN_TIME;
	if (continued)
		reset_prog_mode();
	continued = resized = 0;
	redraw_all();
	return SCREEN_CHANGE;
}

static struct timespec time_left(double until)
{
	double left = until - wait_now();

	if (left < 0)
		left = 0;
	if (left > 3600)
		left = 3600;
	return (struct timespec){ .tv_sec = left, .tv_nsec = (left - (time_t)left) * 1e9 };
}

/* A key that curses makes up for itself is none. */
static bool get_key(int *key)
{
	do
		*key = getch();
	while (*key == KEY_RESIZE);
	return *key != ERR;
}

enum screen_event screen_wait(double until, int fd, int *key)
{
	struct pollfd fds[] = { { STDIN_FILENO, POLLIN, 0 },
				{ STDOUT_FILENO, 0, 0 },
				{ fd, POLLIN, 0 } };
	struct timespec t;
	enum screen_event e;
	int n;

	if (get_key(key)) /* curses may hold some back */
		return SCREEN_KEY;
	t = time_left(until);
	n = ppoll(fds, 3, &t, &screen.while_waiting);
	e = after_signals();
	if (e != SCREEN_TIME || n <= 0)
		return e;
	if ((fds[0].revents | fds[1].revents) & (POLLERR | POLLHUP | POLLNVAL))
		return SCREEN_GONE;
	if (fds[0].revents)
		return get_key(key) ? SCREEN_KEY : SCREEN_TIME;
	return fds[2].revents ? SCREEN_FD : SCREEN_TIME;
}

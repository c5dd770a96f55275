# SPDX-License-Identifier: GPL-2.0-only
# The harness first: each of these must be found to fail.
check_fails "exit code 0, not 1" "wrong exit code" 1 -- --version
check_fails "stdout has no" "missing output" 0 out=surely-not-there -- --version
check_fails "stderr has no" "missing message" 0 err=. -- --version
check_fails "there is" "unwanted output" 0 no=nestprof -- --version
check_fails "lines on stderr" "too many lines" 0 errlines=1 -- --version
check_fails "nobody knows" "misspelt wish" 0 otu=x -- --version

/** Which lines a text has that another one lacks. */

/**
 * Say of each line of `after` whether it is missing in `before`: those outside of a longest
 * common subsequence, by the table that textbooks have. Ours are some hundred lines long.
 */
export function addedLines(before, after) {
  const old = before.split(/(?<=\n)/);
  const now = after.split(/(?<=\n)/);
  const longest = Array.from({ length: old.length + 1 }, () => new Uint16Array(now.length + 1));
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = now.length - 1; j >= 0; j--) {
      longest[i][j] =
        old[i] === now[j]
          ? longest[i + 1][j + 1] + 1
          : Math.max(longest[i + 1][j], longest[i][j + 1]);
    }
  }
  const added = now.map(() => true);
  for (let i = 0, j = 0; i < old.length && j < now.length; ) {
    if (old[i] === now[j]) [added[j], i, j] = [false, i + 1, j + 1];
    else if (longest[i + 1][j] >= longest[i][j + 1]) i++;
    else j++;
  }
  return added;
}

/** Python's regular expressions, as far as copier.yml and the templates use them. */

const ALWAYS_THE_SAME = new Set("\\^$.*+?()[]{}|/-");

// Python's classes hold all of Unicode, and not quite what JavaScript's do.
const ESCAPES = {
  d: "\\p{Decimal_Number}",
  s: "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000",
  w: "\\p{L}\\p{N}_",
};
const END = "(?![^])";

const compiled = new Map();

/** Return the pattern of a Python source. */
export function pattern(source, flags = "") {
  const key = flags + source;
  if (!compiled.has(key)) compiled.set(key, new RegExp(translate(source), `u${flags}`));
  return compiled.get(key);
}

/** Return a replacement such as `\1-\2` with the groups of a match in place. */
export function expand(replacement, match) {
  return replacement.replace(/\\(.)/g, (_, letter) => {
    if (letter === "\\") return "\\";
    if (/[1-9]/.test(letter)) return match[Number(letter)] ?? "";
    throw new SyntaxError(`\\${letter} is not known in a replacement`);
  });
}

function translate(source) {
  let inClass = false;
  return source.replace(/\\(x[0-9a-f]{2}|u[0-9a-f]{4}|.)|[[\]$]/g, (token, escape) => {
    if (token === "[" && inClass) return "\\[";
    if (token === "[") inClass = true;
    if (token === "]") inClass = false;
    // The end of the text, or the line break that ends it.
    if (token === "$" && !inClass) return `(?=\\n?${END})`;
    if (escape === undefined || escape.length > 1) return token;
    if (escape === "Z") return END;
    if (escape in ESCAPES) return inClass ? ESCAPES[escape] : `[${ESCAPES[escape]}]`;
    if (escape === "W" && !inClass) return `[^${ESCAPES.w}]`;
    if (ALWAYS_THE_SAME.has(escape)) return token;
    throw new SyntaxError(`\\${escape} is not known in a pattern`);
  });
}

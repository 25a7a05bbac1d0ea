/** Colours for comments, texts, keywords and numbers: enough to read a file, and no more. */

const KEYWORDS =
  "and|as|assert|async|await|break|case|class|continue|def|del|elif|else|except|finally|for|from|" +
  "global|if|import|in|is|lambda|match|not|or|pass|raise|return|try|while|with|yield|" +
  "None|True|False";
const TEXT = String.raw`"""[^]*?"""|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'`;
const COMMENT = String.raw`(?<=^|\s)#.*`;
const NUMBER = String.raw`\b\d[\d_.]*\b`;

const KINDS = [
  [/\.py$/, `(?<s>${TEXT})|(?<c>#.*)|(?<k>\\b(?:${KEYWORDS})\\b)|(?<m>${NUMBER})`],
  [/\.(toml|ya?ml)$/, `(?<c>${COMMENT})|(?<s>${TEXT})|(?<k>\\b(?:true|false)\\b)|(?<m>${NUMBER})`],
  [/\.json$/, `(?<s>${TEXT})|(?<k>\\b(?:true|false|null)\\b)|(?<m>${NUMBER})`],
  [/(Makefile|\.env\.example|\.gitignore|\.editorconfig)$/, `(?<c>${COMMENT})`],
];

/** Return the lines of a file, each a list of pairs: the kind of a piece, or "", and its text. */
export function highlighted(path, text) {
  const lines = [[]];
  for (const [kind, piece] of pieces(path, text)) {
    const [first, ...rest] = piece.split(/(?<=\n)/);
    if (first) lines.at(-1).push([kind, first]);
    for (const part of rest) lines.push([[kind, part]]);
    if (piece.endsWith("\n")) lines.push([]);
  }
  if (!lines.at(-1).length) lines.pop();
  return lines;
}

function* pieces(path, text) {
  const source = KINDS.find(([name]) => name.test(path))?.[1];
  let end = 0;
  for (const match of source ? text.matchAll(new RegExp(source, "gm")) : []) {
    if (match.index > end) yield ["", text.slice(end, match.index)];
    const [kind] = Object.entries(match.groups).find(([, piece]) => piece !== undefined);
    yield [kind, match[0]];
    end = match.index + match[0].length;
  }
  if (end < text.length) yield ["", text.slice(end)];
}

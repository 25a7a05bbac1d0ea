/**
 * Writes the answers file as PyYAML does: keys sorted, texts plain where they read as the
 * text that they are, and folded after 80 characters.
 *
 * After the emitter and the resolver of PyYAML 6. Left out is what no answer holds, because
 * every question refuses it: line breaks, control and other unprintable characters.
 */

const WIDTH = 80;
const INDENT = 4;

/** What YAML 1.1 reads as something else than a text. */
const NOT_A_TEXT = [
  /^(?:yes|no|true|false|on|off|Yes|No|True|False|On|Off|YES|NO|TRUE|FALSE|ON|OFF)$/,
  /^(?:~|null|Null|NULL|<<|=|!|&|\*|)$/,
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?)$/,
  /^(?:[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/,
  /^[-+]?(?:0b[0-1_]+|0[0-7_]+|0|[1-9][0-9_]*|0x[0-9a-fA-F_]+|[1-9][0-9_]*(?::[0-5]?[0-9])+)$/,
  /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/,
  new RegExp(
    "^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \\t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\\.[0-9]*)?" +
      "(?:[ \\t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?$",
  ),
];

/** Characters, or beginnings, that mean something to YAML where they stand. */
const INDICATORS = [/^(?:---|\.\.\.)/, /^[#,[\]{}&*!|>'"%@`]/, /^[-?](?:\s|$)/, /:(?:\s|$)/, /\s#/];

/** Return answers, texts and yes or no by name, as the lines of a YAML file. */
export function answersAsYaml(answers) {
  const names = Object.keys(answers).sort();
  return names.map((name) => `${name}: ${scalar(answers[name], name)}\n`).join("");
}

function scalar(value, name) {
  if (typeof value === "boolean") return String(value);
  const column = name.length + 2;
  if (isPlain(value)) return fold(value, column);
  return `'${fold(value.replaceAll("'", "''"), column + 1)}'`;
}

function isPlain(text) {
  return ![...NOT_A_TEXT, ...INDICATORS, /^ | $/].some((found) => found.test(text));
}

/** Break a text at single blanks, each after more than so many characters. */
function fold(text, column) {
  const [first, ...rest] = text.split(/( +)/);
  let folded = first;
  column += [...first].length;
  for (let index = 0; index < rest.length; index += 2) {
    const [blanks, word] = rest.slice(index, index + 2);
    const breaks = blanks === " " && column > WIDTH;
    folded += (breaks ? `\n${" ".repeat(INDENT)}` : blanks) + word;
    column = (breaks ? INDENT : column + blanks.length) + [...word].length;
  }
  return folded;
}

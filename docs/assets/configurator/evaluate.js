/**
 * Renders what website/jinja.py made of a template, as Jinja renders the template.
 *
 * A template is a text, or a list of texts and nodes; a node is a list that begins with
 * its kind. A value is a text, a number, true or false, null, or a list. What Jinja would
 * refuse, such as a name that nobody has given, is an error here too.
 */

import { answersAsYaml } from "./yaml.js";
import { expand, pattern } from "./patterns.js";

/** Return a template as text, with what a scope, a Map of names to values, gives to it. */
export function render(template, scope) {
  if (!Array.isArray(template)) return asText(template);
  let text = "";
  for (const node of template) {
    text += typeof node === "string" ? node : STATEMENTS[node[0]](node, scope);
  }
  return text;
}

/** Say whether Python takes a value for true. */
export function isTrue(value) {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

const STATEMENTS = {
  out: ([, expression], scope) => asText(evaluate(expression, scope)),
  if([, branches, otherwise], scope) {
    const branch = branches.find(([test]) => isTrue(evaluate(test, scope)));
    return render(branch ? branch[1] : otherwise, scope);
  },
  set([, name, expression], scope) {
    scope.set(name, evaluate(expression, scope));
    return "";
  },
  filter: ([, chain, body], scope) => apply(render(body, scope), chain, scope),
};

const EXPRESSIONS = {
  const: ([, value]) => value,
  name([, name], scope) {
    if (!scope.has(name)) throw new ReferenceError(`${name} is undefined`);
    return scope.get(name);
  },
  list: ([, items], scope) => items.map((item) => evaluate(item, scope)),
  and([, left, right], scope) {
    const value = evaluate(left, scope);
    return isTrue(value) ? evaluate(right, scope) : value;
  },
  or([, left, right], scope) {
    const value = evaluate(left, scope);
    return isTrue(value) ? value : evaluate(right, scope);
  },
  not: ([, inner], scope) => !isTrue(evaluate(inner, scope)),
  concat: ([, parts], scope) => parts.map((part) => asText(evaluate(part, scope))).join(""),
  choose: ([, test, yes, no], scope) => evaluate(isTrue(evaluate(test, scope)) ? yes : no, scope),
  eq: ([, left, right], scope) => evaluate(left, scope) === evaluate(right, scope),
  ne: ([, left, right], scope) => evaluate(left, scope) !== evaluate(right, scope),
  gt: ([, left, right], scope) => evaluate(left, scope) > evaluate(right, scope),
  in: ([, left, right], scope) => evaluate(right, scope).includes(evaluate(left, scope)),
  notin: ([, left, right], scope) => !evaluate(right, scope).includes(evaluate(left, scope)),
  none: ([, inner], scope) => evaluate(inner, scope) === null,
  defined: ([, [, name]], scope) => scope.has(name),
  first: ([, inner, stop], scope) =>
    [...evaluate(inner, scope)].slice(0, evaluate(stop, scope)).join(""),
  apply: ([, inner, chain], scope) => apply(evaluate(inner, scope), chain, scope),
};

const FILTERS = {
  length: (value) => [...value].length,
  lower: (value) => value.toLowerCase(),
  replace: (value, old, new_) => value.replaceAll(old, () => new_),
  regex_search: (value, source) => value.match(pattern(source))?.[0] ?? null,
  regex_replace: (value, source, replacement) =>
    value.replace(pattern(source, "g"), (...match) => expand(replacement, match)),
  // As json.dumps writes a text with ensure_ascii=False.
  to_json: (value) => JSON.stringify(value),
  to_nice_yaml: (value) => answersAsYaml(value),
};

function evaluate(expression, scope) {
  return EXPRESSIONS[expression[0]](expression, scope);
}

function apply(value, chain, scope) {
  for (const [name, ...expressions] of chain) {
    value = FILTERS[name](value, ...expressions.map((one) => evaluate(one, scope)));
  }
  return value;
}

/** Return a value as Jinja puts it into a text. */
function asText(value) {
  if (typeof value === "string" || typeof value === "number") return String(value);
  if (value === true) return "True";
  if (value === false) return "False";
  throw new TypeError(`${JSON.stringify(value)} does not stand in a text`);
}

/**
 * The members of a JSON object, each as its text: numbers keep the digits that parsing would round. `json` is the
 * valid text of an object; white space outside of texts is left out. Of a name that stands there twice the last one
 * counts, as it does for `JSON.parse`.
 */
export function memberTexts(json: string): ReadonlyMap<string, string> {
  const members = new Map<string, string>();
  for (const part of partsOf(json)) {
    const colon = endOfText(part, 0);
    const name: unknown = JSON.parse(part.slice(0, colon));
    members.set(String(name), part.slice(colon + 1));
  }
  return members;
}

/** The entries of a JSON array, each as its text, as {@link memberTexts} has them. */
export function entryTexts(json: string): readonly string[] {
  return partsOf(json);
}

/** What stands between the outermost brackets, split at its commas. */
function partsOf(json: string): readonly string[] {
  const text = compact(json);
  const parts: string[] = [];
  let depth = 0;
  let start = 1;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '"') at = endOfText(text, at) - 1;
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
    const isEnd = depth === 0 || (depth === 1 && character === ',');
    if (!isEnd) continue;
    if (at > start) parts.push(text.slice(start, at));
    start = at + 1;
  }
  return parts;
}

function compact(json: string): string {
  let text = '';
  for (let at = 0; at < json.length; ) {
    const end = json.charAt(at) === '"' ? endOfText(json, at) : at + 1;
    const token = json.slice(at, end);
    if (token !== ' ' && token !== '\n' && token !== '\r' && token !== '\t') text += token;
    at = end;
  }
  return text;
}

/** The place after the closing quote of the text that begins at `start`. */
function endOfText(json: string, start: number): number {
  let at = start + 1;
  while (json.charAt(at) !== '"') at += json.charAt(at) === '\\' ? 2 : 1;
  return at + 1;
}

/** The parameters of a URL; one that stands there more than once is a list of texts. */
export function queryOf(url: string): Readonly<Record<string, string | readonly string[]>> {
  const { searchParams } = new URL(url);
  const entries = [...new Set(searchParams.keys())].map((name): [string, string | string[]] => {
    const values = searchParams.getAll(name);
    const [only] = values;
    return [name, only !== undefined && values.length === 1 ? only : values];
  });
  return Object.fromEntries(entries);
}

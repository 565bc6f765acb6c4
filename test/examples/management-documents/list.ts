import type { Differences, Document, Step } from './step.js';

/** The differences of the documents and this API, as the example's README lists them. */
export function listOf(documents: readonly Document[]): string {
  return documents.map(sectionOf).join('\n\n');
}

function sectionOf({ title, requests, steps }: Document): string {
  const lines = steps.flatMap((step) => [...rowsOf(step.heading, step.differences), ...payloadRows(step)]);
  const list = requests.map((line) => `- ${line}`).join('\n');
  const table = ['| of the document | here | |', '| --- | --- | --- |', ...lines].join('\n');
  return [`### ${title}`, ...(list === '' ? [] : [list]), table].join('\n\n');
}

function payloadRows({ heading, payloadDifferences }: Step): readonly string[] {
  return rowsOf(`${heading}, payload`, payloadDifferences);
}

function rowsOf(heading: string, differences: Differences = {}): readonly string[] {
  return Object.entries(differences).map(([path, [here, why]]) => {
    return `| ${heading}: \`${path}\` | ${here === undefined ? 'none' : `\`${here}\``} | ${why} |`;
  });
}

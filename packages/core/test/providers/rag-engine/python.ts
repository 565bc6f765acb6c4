import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('./reference.py', import.meta.url));

export type Question = readonly [task: 'produce' | 'generate' | 'redump' | 'repr', argument: string | number];

/** What `reference.py` answers to one question. */
export type Answer = readonly (string | null)[];

/** Hands all questions to one Python process and returns its answers in order. */
export function askPython(questions: readonly Question[]): Answer[] {
  const { error, status, stdout, stderr } = spawnSync('python3', [SCRIPT], {
    input: questions.map((question) => JSON.stringify(question)).join('\n'),
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  if (error !== undefined)
    throw new Error('these tests compare with Python: python3 must be on PATH', { cause: error });
  if (status !== 0) throw new Error(stderr);
  return stdout.trimEnd().split('\n').map(readAnswer);
}

function readAnswer(line: string): Answer {
  const answer: unknown = JSON.parse(line);
  if (Array.isArray(answer) && answer.every((part) => part === null || typeof part === 'string'))
    return answer;
  throw new TypeError(`not an answer: ${line}`);
}

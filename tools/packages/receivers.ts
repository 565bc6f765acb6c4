import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeBlocks } from '../docs/code-blocks.js';
import { run } from '../run.js';
import { root } from '../workspace.js';
import { failed, passed } from './check.js';
import { environment, freePort, listening, newSecret, onPort, started, tsx } from './programs.js';
import type { InstalledProject } from './projects.js';

const HEADING = 'Receive in 60 seconds';
/** A receiver as its page has it, complete and on port 3000. */
interface Receiver {
  readonly page: string;
  readonly heading: string;
}

const first: Receiver = { page: 'README.md', heading: HEADING };
const others: readonly Receiver[] = ['Fastify', 'Hono on Node.js'].map((heading) => ({
  page: 'docs/receive.md',
  heading,
}));

/** Runs the first program of the README, and those for the other frameworks that need no build. */
export async function checkReceivers(project: InstalledProject): Promise<void> {
  // Where a manager puts packages is the same for every framework: one of them runs the others.
  for (const receiver of project.manager === 'npm' ? [first, ...others] : [first])
    await checkReceiver(project, receiver);
}

/** Sends to a receiver what the README sends, and compares what both print with what it says they print. */
async function checkReceiver(
  { manager, directory }: InstalledProject,
  { page, heading }: Receiver,
): Promise<void> {
  const what = `${manager}: “${heading}” of ${page} runs, and takes what “${HEADING}” sends`;
  const port = await freePort();
  const receive = onPort(port, codeBlocks(page).filter((block) => block.heading === heading)[0]?.code);
  const send = onPort(port, codeBlocks(first.page).filter((block) => block.heading === HEADING)[1]?.code);
  writeFileSync(join(directory, 'receive.ts'), receive);
  writeFileSync(join(directory, 'send.ts'), send);

  const receiving = started(directory, 'receive.ts', newSecret());
  try {
    await listening(port, receiving);
    const answers: string[] = [];
    for (const secret of [receiving.secret, receiving.secret, newSecret()]) {
      const { output } = await run(process.execPath, ['--import', tsx, 'send.ts'], {
        cwd: directory,
        env: environment(secret),
      });
      answers.push(output.trim());
    }
    compare(what, { answers, events: receiving.printed() });
  } finally {
    receiving.stop();
  }
}

function compare(what: string, { answers, events }: { answers: readonly string[]; events: string }): void {
  const section =
    readFileSync(join(root, 'README.md'), 'utf8').split(`## ${HEADING}`)[1]?.split('\n## ')[0] ?? '';
  const said = Array.from(section.matchAll(/`(\d{3} \{[^`]+\})`/g), ([, answer]) => answer);
  // The duplicate and the forgery run no handler.
  const handled = events.trim().split('\n');
  const isRight = said.length === 3 && String(answers) === String(said) && handled.length === 1;
  if (isRight && handled[0] === 'msg_1 invoice.paid { amount: 1200 }') passed(what);
  else failed(what, `it says\n${said.join('\n')}\nand prints\n${answers.join('\n')}\n${events}`);
}

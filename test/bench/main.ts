/**
 * Measures the packages as they are published: `pnpm bench [verify|adapters|memory|sender|engines] [--quick] [--write]`.
 * `--quick` only shows that everything runs; `--write` makes docs/benchmarks.md of a full run.
 */
import { writeFileSync } from 'node:fs';
import { adaptersSuite } from './adapters/suite.js';
import { benchArguments } from './arguments.js';
import { enginesSuite } from './engines/suite.js';
import { memorySuite } from './memory/suite.js';
import { mustMeasureDist } from './must-measure-dist.js';
import { benchmarksPage, suiteText } from './report/page.js';
import type { SuiteReport } from './report/suite-report.js';
import { senderSuite } from './sender/suite.js';
import { verifySuite } from './verify/suite.js';

const suites = {
  verify: verifySuite,
  adapters: adaptersSuite,
  memory: memorySuite,
  sender: senderSuite,
  engines: enginesSuite,
};

const { names, isQuick, writes } = benchArguments(process.argv.slice(2));
mustMeasureDist();
const reports: SuiteReport[] = [];
for (const name of names) {
  const report = await suites[name]({ isQuick });
  reports.push(report);
  process.stdout.write(`\n${suiteText(report)}`);
}
const page = benchmarksPage(reports);
if (writes) writeFileSync(new URL('../../docs/benchmarks.md', import.meta.url), page.whole);
process.stdout.write(`\n${page.machine}\n`);
process.stdout.write(isQuick ? '\nA quick run: its numbers mean nothing.\n' : `\n${page.goals}\n`);

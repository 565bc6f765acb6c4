/** What became of one check on a runtime that is not Node: a line of its output each, as JSON. */
export interface Report {
  readonly suite: string;
  readonly name: string;
  /** Why it does not hold; `undefined` where it does. */
  readonly failure?: string | undefined;
}

/** Runs one check. */
export async function reportOf(suite: string, name: string, check: () => unknown): Promise<Report> {
  try {
    await check();
    return { suite, name };
  } catch (error) {
    return { suite, name, failure: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

/** Prints the reports, and ends the process with what came of them. */
export async function printed(reports: AsyncIterable<Report>): Promise<never> {
  let exitCode = 0;
  for await (const report of reports) {
    if (report.failure !== undefined) exitCode = 1;
    console.log(JSON.stringify(report));
  }
  process.exit(exitCode);
}

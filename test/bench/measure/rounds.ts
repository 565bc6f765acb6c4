/**
 * Runs a short slice of every contender in turn, many times over: what else the machine does then hits all
 * of them alike. Each round starts with another contender, so that none always follows the same one.
 */
export async function interleave<Contender>(
  contenders: readonly Contender[],
  rounds: number,
  slice: (contender: Contender) => Promise<void>,
): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    const start = round % contenders.length;
    for (const contender of [...contenders.slice(start), ...contenders.slice(0, start)]) {
      await slice(contender);
    }
  }
}

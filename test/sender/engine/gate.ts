import type { Answer, Answering } from './sink.js';

/** Answers that wait until the test gives them. */
export interface Gate {
  readonly answering: Answering;
  /** Answers the oldest request that waits, or the next one to come. */
  give(answer: Answer): void;
}

export function gate(): Gate {
  const waiting: ((answer: Answer) => void)[] = [];
  const given: Answer[] = [];
  return {
    answering: () => {
      const answer = given.shift();
      if (answer !== undefined) return answer;
      return new Promise((resolve) => waiting.push(resolve));
    },
    give(answer) {
      const next = waiting.shift();
      if (next === undefined) given.push(answer);
      else next(answer);
    },
  };
}

import { createReceiver, type NamedSecret } from '@countersign/core';

const named = (id: string, secret: string | undefined): NamedSecret[] =>
  secret === undefined ? [] : [{ id, secret }]; // `notAfter: date` ends one by itself

export const receiver = createReceiver({
  secrets: () => [
    ...named('new', process.env['WEBHOOK_SECRET']),
    ...named('old', process.env['WEBHOOK_SECRET_OLD']),
  ],
  onOutcome(outcome) {
    if (outcome.kind === 'notice') return console.warn(outcome.code, outcome.message);
    console.log(outcome.code, outcome.status, outcome.keyId); // `old`: the sender has not switched yet
  },
});

import assert from 'node:assert/strict';
import type { AdapterRule } from '../adapter/adapter-target.js';
import { isSuccess } from '../scene/answers.js';
import { alteredRequest } from '../signed-request.js';
import { rule, usual } from './rule.js';

const notAllowed = { status: 405, code: 'method_not_allowed' } as const;

/** What browsers ask before a page of another origin posts. */
const preflight = {
  origin: 'https://other.example',
  'access-control-request-method': 'POST',
  'access-control-request-headers': 'webhook-id,webhook-signature,webhook-timestamp',
};

/** Frameworks answer some of these by themselves, each framework others: a rule for each of them. */
const refused: readonly (readonly [sentence: string, ...methods: string[]])[] = [
  ['GET is answered 405, which allows POST', 'GET'],
  ['HEAD is answered 405, which allows POST, without a body', 'HEAD'],
  ['OPTIONS is answered 405, which allows POST', 'OPTIONS'],
  ['PUT, PATCH and DELETE are answered 405, which allows POST', 'PUT', 'PATCH', 'DELETE'],
];

/** Whatever is no POST. */
export const methodRules: readonly AdapterRule[] = [
  ...refused.map(([sentence, ...methods]) =>
    rule(sentence, usual, async (scene) => {
      const genuine = await scene.signed();
      const connection = await scene.connect();
      for (const method of methods) {
        const before = scene.soFar;
        if (method.startsWith('P') || method === 'DELETE') connection.send({ ...genuine, method });
        else connection.sendHead({ ...alteredRequest(genuine, { headers: preflight }), method });
        const what = `a genuine delivery by ${method}`;
        await scene.checkRefusal(what, await connection.response(), { ...notAllowed, method }, before);
      }
      const before = scene.soFar;
      connection.send(genuine);
      await scene.checkAccepted('the same by POST, on this connection', await connection.response(), before);
    }),
  ),
  rule('TRACE never reaches the application', usual, async (scene) => {
    const genuine = await scene.signed();
    const connection = await scene.connect();
    connection.sendHead({ ...genuine, method: 'TRACE' });
    const response = await connection.response();
    assert.ok(!isSuccess(response), `TRACE is answered ${response?.status}`);
    assert.ok(!(response?.body ?? '').includes('v1,'), 'TRACE sends the signature back');
    assert.deepEqual([scene.runs.length, scene.asked], [0, []]);
    await scene.accepts('the same by POST', genuine);
  }),
];

import type { AdapterRule } from '../adapter/adapter-target.js';
import { bodyRules } from './bodies.js';
import { clientRules } from './clients.js';
import { connectionRules } from './connections.js';
import { copyRules } from './copies.js';
import { guardAnswerRules } from './guard-answers.js';
import { methodRules } from './methods.js';
import { outcomeRules } from './outcomes.js';
import { refusalRules } from './refusals.js';
import { streamRules } from './streams.js';
import { unfinishedBodyRules } from './unfinished-bodies.js';

/**
 * What every adapter promises, beside withstanding the attacks: each rule a sentence, tried over real sockets.
 *
 * @example
 * for (const rule of behaviour) test(rule.name, () => runRule(rule, target));
 */
export const behaviour: readonly AdapterRule[] = [
  ...outcomeRules,
  ...refusalRules,
  ...methodRules,
  ...bodyRules,
  ...unfinishedBodyRules,
  ...connectionRules,
  ...copyRules,
  ...clientRules,
  ...guardAnswerRules,
  ...streamRules,
];

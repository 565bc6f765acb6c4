import type { Attack } from './attack.js';
import { bodyAttacks } from './bodies.js';
import { bodyLimitAttacks } from './body-limits.js';
import { headerAttacks } from './headers.js';
import { replayAttacks } from './replay.js';
import { responseAttacks } from './responses.js';
import { rotationAttacks } from './rotation.js';
import { secretAttacks } from './secrets.js';
import { signedContentAttacks } from './signed-content.js';
import { spellingAttacks } from './spellings.js';

/**
 * The attack corpus: what goes wrong in webhook receivers, each tried over a real socket on a receiver that
 * an adapter serves. None may succeed on any adapter.
 *
 * @example
 * for (const attack of attacks) test(attack.name, () => runRule(attack, target));
 */
export const attacks: readonly Attack[] = [
  ...signedContentAttacks,
  ...secretAttacks,
  ...rotationAttacks,
  ...headerAttacks,
  ...spellingAttacks,
  ...bodyAttacks,
  ...bodyLimitAttacks,
  ...replayAttacks,
  ...responseAttacks,
].sort((a, b) => a.number - b.number);

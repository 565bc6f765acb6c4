import { TransportScene } from './transport-scene.js';
import type { TransportNeed, TransportRule } from './transport-target.js';

/** A rule that plays in one scene. */
export function transportRule(
  name: string,
  play: (scene: TransportScene) => Promise<void>,
  ...needs: readonly TransportNeed[]
): TransportRule {
  return { name, needs, run: (target) => TransportScene.play(target, play) };
}

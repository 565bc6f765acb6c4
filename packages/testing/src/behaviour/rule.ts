import type { AdapterRule, AdapterTarget } from '../adapter/adapter-target.js';
import { type Scene, type SceneOptions, withScene } from '../scene/scene.js';

/** A scene of its own for each time that a rule is tried. */
type MakeOptions = (target: AdapterTarget) => SceneOptions;

/** A rule that plays in one scene. */
export function rule(
  name: string,
  options: MakeOptions,
  play: (scene: Scene, target: AdapterTarget) => Promise<void>,
): AdapterRule {
  return { name, run: (target) => withScene(target, options(target), (scene) => play(scene, target)) };
}

/** The same rules, for adapters in this mode alone. */
export function only(mode: AdapterTarget['mode'], ...rules: readonly AdapterRule[]): readonly AdapterRule[] {
  return rules.map((each) => ({ ...each, mode }));
}

/** A scene as usual. */
export const usual: MakeOptions = () => ({});

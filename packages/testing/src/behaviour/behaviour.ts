import type { AdapterRule } from '../adapter/adapter-target.js';

/** What every adapter must do, beside withstanding the attacks. */
export const behaviour: readonly AdapterRule[] = [];

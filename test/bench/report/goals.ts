/** A number to reach, and the cause where it is missed. */
export interface Goal {
  readonly what: string;
  readonly limit: { readonly atMost: number } | { readonly atLeast: number };
  /** Written by hand after a run that misses the goal, from a profile; shown only then. */
  readonly cause: string | undefined;
}

/** All goals of the suites here. Ratios are of medians within one run. */
export const goals = {
  bareMac1KiB: {
    what: '`verify`: times the bare MAC, 1 KiB',
    limit: { atMost: 1.25 },
    cause: undefined,
  },
  bareMac16KiB: {
    what: '`verify`: times the bare MAC, 16 KiB',
    limit: { atMost: 1.05 },
    cause: undefined,
  },
  bareMac256KiB: {
    what: '`verify`: times the bare MAC, 256 KiB',
    limit: { atMost: 1.05 },
    cause: undefined,
  },
  bareMac1MiB: {
    what: '`verify`: times the bare MAC, 1 MiB',
    limit: { atMost: 1.05 },
    cause: undefined,
  },
  standardwebhooks1KiB: {
    what: '`verify`: faster than `standardwebhooks`, 1 KiB',
    limit: { atLeast: 4 },
    cause: undefined,
  },
  standardwebhooks256KiB: {
    what: '`verify`: faster than `standardwebhooks`, 256 KiB',
    limit: { atLeast: 10 },
    cause: undefined,
  },
  svix1KiB: {
    what: '`verify`: faster than `svix`, 1 KiB',
    limit: { atLeast: 4 },
    cause: undefined,
  },
  svix256KiB: {
    what: '`verify`: faster than `svix`, 256 KiB',
    limit: { atLeast: 10 },
    cause: undefined,
  },
  expressHandler: {
    what: 'Express: requests/s of `webhookHandler`, of those by hand',
    limit: { atLeast: 0.95 },
    cause: undefined,
  },
  expressGuard: {
    what: 'Express: requests/s of `webhookGuard`, of those by hand',
    limit: { atLeast: 0.95 },
    cause: undefined,
  },
} as const satisfies Readonly<Record<string, Goal>>;

export type GoalName = keyof typeof goals;

/** Process warnings of the API, by their `code`. docs/errors.md is made of it. */
export const managementWarnings = {
  management_api_failed: {
    explanation:
      'What the default `onError` says, at most once a minute: an answer was 500 or 503, or paths arrive that do not begin with `basePath`. The warning has the cause in its `detail`.',
    fix: 'Give `onError`, which is told each time, and look at what it is told.',
  },
} as const;

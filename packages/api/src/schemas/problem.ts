import { z } from 'zod';
import { problemCodes } from '../problem/management-errors.js';
import { components, strictObject } from './components.js';

const fault = strictObject({
  pointer: z.string().optional().register(components, { description: 'A JSON pointer into the body.' }),
  parameter: z.string().optional().register(components, { description: 'A parameter of the query.' }),
  header: z.string().optional().register(components, { description: 'A header.' }),
  detail: z.string(),
}).register(components, {
  id: 'Fault',
  description: 'What is wrong with one part of the request.',
  examples: [{ pointer: '#/url', detail: '`url` must begin with `https://`' }],
});

/** RFC 9457. */
export const problem = strictObject({
  type: z.string().register(components, { description: 'A name for the code; it leads nowhere.' }),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.enum(problemCodes).register(components, { description: 'What programs look at.' }),
  errors: z.array(fault).optional(),
}).register(components, {
  id: 'Problem',
  description: 'A refusal (RFC 9457).',
  examples: [
    {
      type: 'urn:problem-type:countersign:invalid_input',
      title: 'Invalid input',
      status: 422,
      detail: '`url` must begin with `https://`',
      code: 'invalid_input',
      errors: [{ pointer: '#/url', detail: '`url` must begin with `https://`' }],
    },
  ],
});

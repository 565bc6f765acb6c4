import { deliverySql } from './deliveries.js';
import { endpointSql } from './endpoints.js';
import { eventSql } from './events.js';
import { laneSql } from './lanes.js';
import { outlookSql } from './outlook.js';
import { upkeepSql } from './upkeep.js';

/** Every statement that the store runs, for one schema. */
export const statementsOf = (schema: string) =>
  ({
    ...eventSql(schema),
    ...laneSql(schema),
    ...endpointSql(schema),
    ...deliverySql(schema),
    ...upkeepSql(schema),
    ...outlookSql(schema),
  }) as const;

export type Statements = ReturnType<typeof statementsOf>;

import type { Alert } from '../../../domain/alert.ts';
import type { AlertQueries } from '../../../modules/alerts/index.ts';
import type { Builder } from './builder.ts';
import type { Refs } from './refs.ts';
import { defineType } from './exposed-fields.ts';

export const addAlertSchema = (builder: Builder, refs: Refs, { alerts }: AlertQueries): void => {
  const alert = defineType<Alert>(builder, 'Alert', 'What somebody should look at, until it is well again.', {
    kind: [refs.enums.alertKind, 'What it is.'],
    subject: ['String', 'The lane, or the platform.'],
    message: ['String', 'What was seen when it was raised.'],
    since: ['DateTime', 'When it was raised.'],
  });
  refs.query(alerts, { type: [alert] });
};

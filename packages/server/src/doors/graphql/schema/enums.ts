import { errorCatalogue, type ErrorCode } from '../../../domain/error-catalogue.ts';
import { addAccessEnums } from './access-enums.ts';
import { addApprovalEnums } from './approval-enums.ts';
import { addBackupEnums } from './backup-enums.ts';
import { addDecisionEnums } from './decision-enums.ts';
import { addHealthEnums } from './health-enums.ts';
import { addInventoryEnums } from './inventory-enums.ts';
import { addNoticeEnums } from './notice-enums.ts';
import { addPlatformEnums } from './platform-enums.ts';
import { addRunEnums } from './run-enums.ts';
import { addStepEnums } from './step-enums.ts';
import { addStopEnums } from './stop-enums.ts';
import { addTaskEnums } from './task-enums.ts';
import type { Builder } from './builder.ts';
import { enumOf } from './enum-of.ts';

/** The words that the server and the console share, each with its meaning. */
export const addEnums = (builder: Builder) => ({
  ...addAccessEnums(builder),
  ...addApprovalEnums(builder),
  ...addBackupEnums(builder),
  ...addDecisionEnums(builder),
  ...addHealthEnums(builder),
  ...addInventoryEnums(builder),
  ...addNoticeEnums(builder),
  ...addPlatformEnums(builder),
  ...addRunEnums(builder),
  ...addStepEnums(builder),
  ...addStopEnums(builder),
  ...addTaskEnums(builder),
  errorCode: enumOf<ErrorCode>(
    builder,
    'ErrorCode',
    'Every reason for a refusal or a failure. A reason has one code, whoever gives it.',
    Object.fromEntries(
      Object.entries(errorCatalogue).map(([code, { description }]) => [code, description]),
    ) as Record<ErrorCode, string>,
  ),
});

export type Enums = ReturnType<typeof addEnums>;

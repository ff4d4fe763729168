import { refusal, type Outcome, type Refusal } from '../../../domain/errors.ts';
import type {
  ApprovalCommands,
  Decided,
  DecidedItem,
  LinkCommands,
  MadeLink,
} from '../../../modules/approvals/index.ts';
import type { Builder } from './builder.ts';
import type { Refs } from './refs.ts';

export const addApprovalMutations = (
  builder: Builder,
  refs: Refs,
  commands: ApprovalCommands & LinkCommands,
  originOf: () => string,
): void => {
  const decided = refs.payload<Decided>('DecideTaskPayload', 'What became of a decision.', (give) => ({
    task: give(refs.task, 'The task after it.', ({ task }) => task),
    approval: give(refs.approval, 'The request after it.', ({ approval }) => approval),
  }));
  refs.command(commands.approveTask, decided);
  refs.command(commands.rejectTask, decided);
  refs.command(commands.requestChanges, decided);
  refs.command(commands.decideTasks, addTogether(builder, refs));
  refs.command(commands.askRequester, decided);
  refs.command(commands.answerQuestion, decided);
  refs.command(commands.withdrawApproval, decided);
  refs.command(
    commands.createApprovalLink,
    refs.payload<MadeLink>(
      'CreateApprovalLinkPayload',
      'The link, shown this once, or a refusal.',
      (give) => ({
        url: give(
          'String',
          'Opens the request for that person. Opening it decides nothing, however often.',
          ({ token }) => `${originOf()}/decide#${token}`,
        ),
        expiresAt: give('DateTime', 'Until when it can be used.', ({ expiresAt }) => expiresAt),
      }),
    ),
  );
};

type Together = Outcome<readonly DecidedItem[]>;

const addTogether = (builder: Builder, refs: Refs) => {
  const item = builder.objectRef<DecidedItem>('DecidedItem').implement({
    description: 'What became of one of several that were decided together.',
    authScopes: { read: true },
    fields: (t) => ({
      taskId: t.exposeID('taskId', { description: 'The task, by its UUID.' }),
      task: t.field({
        type: refs.task,
        nullable: true,
        description: 'The task after it; null where nothing was decided.',
        resolve: ({ decided }) => decided?.task ?? null,
      }),
      refusal: t.expose('refusal', {
        type: refs.refusal,
        nullable: true,
        description: 'Why this one stands in the way of all; null where it does not.',
      }),
    }),
  });
  return builder.objectRef<Together>('DecideTasksPayload').implement({
    description: 'What became of one decision on several tasks: all of them are decided, or none.',
    authScopes: { read: true },
    fields: (t) => ({
      items: t.field({
        type: [item],
        description: 'Each of them, in the order of the input.',
        complexity: { field: 1, multiplier: 1 },
        resolve: (outcome) => (outcome.ok ? [...outcome.value] : []),
      }),
      refusal: t.field({
        type: refs.refusal,
        nullable: true,
        description: 'Why nothing was decided; null where all of them were.',
        resolve: refusalOfAll,
      }),
    }),
  });
};

const refusalOfAll = (outcome: Together): Refusal | null => {
  if (!outcome.ok) return outcome.refusal;
  const inTheWay = outcome.value.filter((one) => one.refusal !== null).length;
  return inTheWay === 0
    ? null
    : refusal(
        'CONFLICT',
        `${inTheWay} of ${outcome.value.length} cannot be decided so, and nothing was decided.`,
      );
};

import type { Chaos } from '../chaos.ts';
import type { TaskInput } from '../people.ts';

const names = ['a', 'b', 'c', 'd', 'e', 'f'] as const;
const retry = { maxRetries: 4, initialDelayMs: 20, maxDelayMs: 200 };

let count = 0;
const aPrefix = (): string => `${process.pid}-${(count += 1)}`;

/** Some task or other. Each of its steps acts on a resource of its own, so that the ledger tells whose an entry is. */
export const someTask = (chaos: Chaos): TaskInput => {
  const more = chaos.random() < 0.25 ? { environment: 'PRODUCTION', justification: 'It is asked for.' } : {};
  const task = chaos.random() < 0.3 ? aRollout(chaos) : aWorkflow(chaos);
  return { ...task, ...more } as TaskInput;
};

const aWorkflow = (chaos: Chaos): TaskInput => {
  const prefix = aPrefix();
  const steps = names.slice(0, chaos.between(1, names.length));
  return {
    goal: 'A workflow',
    actions: steps.map((name, index) => {
      const earlier = chaos.shuffled(steps.slice(0, index)).slice(0, chaos.between(0, 2));
      const [from] = earlier;
      const takes = from !== undefined && chaos.random() < 0.3;
      return {
        name,
        type: chaos.random() < 0.75 ? 'ledger.undoable' : chaos.pick(otherTypes),
        params: { resource: `${prefix}-${name}`, value: takes ? { $from: from, pointer: '/id' } : name },
        dependsOn: earlier,
      };
    }),
    retry,
    ...(chaos.random() < 0.4 ? { transactional: true } : {}),
  };
};

const otherTypes = ['ledger.keyed', 'ledger.marked', 'ledger.versioned', 'ledger.unmarked'] as const;

/** Over two to five targets; the gate says no to what is bad. */
const aRollout = (chaos: Chaos): TaskInput => {
  const prefix = aPrefix();
  const targets = Array.from({ length: chaos.between(2, 5) }, (_, index) => ({
    resource: `${prefix}-${index}`,
    value: chaos.random() < 0.12 ? 'bad' : 'good',
  }));
  return {
    goal: 'A rollout',
    actions: [
      {
        name: 'append',
        type: 'ledger.undoable',
        params: {},
        targets,
        rollout: {
          canary: 1,
          batchPercent: 20,
          soakMs: chaos.pick([0, 50, 200]),
          gate: {
            type: 'ledger.look',
            params: {},
            expect: { required: ['value'], properties: { value: { const: 'good' } } },
            onFail: chaos.pick(['PAUSE', 'ROLL_BACK']),
          },
        },
      },
    ],
    retry,
  };
};

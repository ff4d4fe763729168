import { Textarea } from '@mantine/core';
import { useId, useRef, useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { Kbd } from '../../../components/kbd.tsx';
import { useKeys } from '../../../components/use-keys.ts';
import { useSilentKeys } from '../../../components/use-silent-keys.ts';
import { VisibleText } from '../../../components/visible-text.tsx';
import { execute } from '../../../graphql/execute.ts';
import type { Plan } from '../../../graphql/plan-fragments.ts';
import { graphql } from '../../../graphql/graphql.ts';
import type { DecidedOn } from './decide.ts';
import styles from './part-form.module.css';
import composer from './reject-composer.module.css';
import { neededBy, type PartAction } from './part-rules.ts';
import { reasonComplaint } from './reject-reason.ts';
import { useSendWords } from './use-send-words.ts';

const ApprovePart = graphql(`
  mutation ApprovePart($input: ApprovePartInput!) {
    approvePart(input: $input) {
      approval {
        id
      }
      refusal {
        message
      }
    }
  }
`);

/** Steps that stand for an action of their own: what a rollout or a fallback adds is no choice. */
const actionsOf = (plan: Plan): readonly (PartAction & { readonly summary: string })[] =>
  plan.steps
    .filter(({ kind, fallbackFor }) => kind === 'ACTION' && fallbackFor === null)
    .map(({ name, summary, dependsOn, after }) => ({
      name,
      summary,
      needs: [...dependsOn, ...(after ?? [])],
    }));

/** Which of a task's actions are approved; the others are refused with a reason. */
export const PartForm = ({
  plan,
  on,
  onCancel,
  onApproved,
}: {
  plan: Plan;
  on: DecidedOn;
  onCancel: () => void;
  onApproved: (approvalId: string | null) => void;
}) => {
  const actions = actionsOf(plan);
  const [kept, setKept] = useState<ReadonlySet<string>>(() => new Set(actions.map(({ name }) => name)));
  const [reason, setReason] = useState('');
  const [isComplaining, setComplaining] = useState(false);
  const made = useRef<string | null>(null);
  const hintId = useId();
  const { tell, isSending, complaint } = useSendWords(() => onApproved(made.current));
  useSilentKeys();
  useKeys('dialog', { Escape: onCancel });
  const isSome = kept.size > 0 && kept.size < actions.length;
  const lack = isSome ? reasonComplaint(reason) : 'Untick what you refuse, and leave at least one.';
  const wrong = complaint ?? (isComplaining ? lack : null);
  const send = (): void => {
    setComplaining(true);
    if (lack !== null || isSending) return;
    tell(async () => {
      const input = { ...on, actions: [...kept], reason: reason.trim() };
      const { refusal, approval } = (await execute(ApprovePart, { input })).approvePart;
      made.current = approval?.id ?? null;
      return refusal?.message ?? null;
    });
  };
  return (
    <form
      className={composer['composer']}
      aria-label="Approve part of it"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <fieldset className={styles['actions']}>
        <legend>Which actions run</legend>
        {actions.map(({ name, summary }) => {
          const needing = neededBy(actions, kept, name);
          return (
            <label key={name} className={styles['action']} data-refused={!kept.has(name) || undefined}>
              <input
                type="checkbox"
                checked={kept.has(name)}
                disabled={kept.has(name) && needing.length > 0}
                onChange={({ currentTarget: { checked } }) =>
                  setKept((before) => {
                    const after = new Set(before);
                    if (checked) for (const each of [name, ...needsOfAll(actions, name)]) after.add(each);
                    else after.delete(name);
                    return after;
                  })
                }
              />
              <span>
                <b>
                  <VisibleText text={name} />
                </b>{' '}
                <VisibleText text={summary} />
                {needing.length > 0 && kept.has(name) ? (
                  <span className="muted"> Needed by {needing.join(', ')}.</span>
                ) : null}
              </span>
            </label>
          );
        })}
      </fieldset>
      <Textarea
        aria-label="Why the others are refused"
        placeholder="Why are the others refused? The agent and the record get these words."
        autosize
        minRows={1}
        maxRows={4}
        value={reason}
        error={wrong !== null}
        attributes={{ input: { 'aria-describedby': hintId } }}
        onChange={({ currentTarget: { value } }) => setReason(value)}
      />
      <div className={composer['buttons']}>
        <Button type="submit" look="primary" size="large" isBusy={isSending}>
          {isSome ? `Approve ${kept.size} of ${actions.length}` : 'Approve part'}
        </Button>
        <Button size="large" look="quiet" after={<Kbd keys="Esc" />} onClick={onCancel}>
          Back
        </Button>
        <span id={hintId} className={composer['hint']} data-wrong={wrong !== null || undefined} role="status">
          {wrong ?? 'What you keep is planned and decided anew, as the next revision.'}
        </span>
      </div>
    </form>
  );
};

const needsOfAll = (actions: readonly PartAction[], name: string): readonly string[] => {
  const needs = actions.find((each) => each.name === name)?.needs ?? [];
  return [...needs, ...needs.flatMap((need) => needsOfAll(actions, need))];
};

import { Textarea, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { ErrorPanel } from '../../../components/error-panel.tsx';
import { Kbd } from '../../../components/kbd.tsx';
import { SkeletonRows } from '../../../components/skeleton.tsx';
import { useKeys } from '../../../components/use-keys.ts';
import { useSilentKeys } from '../../../components/use-silent-keys.ts';
import { VisibleText } from '../../../components/visible-text.tsx';
import { asRequestFailure } from '../../../graphql/request-error.ts';
import type { DecidedOn } from './decide.ts';
import { actionsOf, editableOptions, sendEdit } from './edit-data.ts';
import {
  asText,
  changesOf,
  fieldsOf,
  withParam,
  type ActionSchema,
  type EditableAction,
  type EditField,
  type FieldChange,
} from './edit-fields.ts';
import styles from './edit-form.module.css';

export interface EditFormProps {
  readonly on: DecidedOn;
  readonly onCancel: () => void;
  /** `approvalId` is of the ask about the next revision. */
  readonly onEdited: (approvalId: string | null) => void;
}

const longText = 60;

const Field = ({ field, onChange }: { field: EditField; onChange: (value: unknown) => void }) => {
  const { name, value } = field;
  switch (field.kind) {
    case 'switch':
      return (
        <label className={styles['switch']}>
          <input
            type="checkbox"
            checked={value === true}
            onChange={({ currentTarget: { checked } }) => onChange(checked)}
          />
          {name}
        </label>
      );
    case 'number':
      return (
        <TextInput
          label={name}
          type="number"
          step="any"
          value={typeof value === 'number' ? value : ''}
          onChange={({ currentTarget: { valueAsNumber } }) =>
            onChange(Number.isNaN(valueAsNumber) ? undefined : valueAsNumber)
          }
        />
      );
    case 'choice':
      return (
        <label className={styles['choice']}>
          {name}
          <select value={asText(value)} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
            {field.options.includes(asText(value)) ? null : <option>{asText(value)}</option>}
            {field.options.map((option) => (
              <option key={option}>{option}</option>
            ))}
          </select>
        </label>
      );
    case 'text': {
      const text = typeof value === 'string' ? value : '';
      const changed = (next: string): void => onChange(next === '' && value === undefined ? undefined : next);
      return text.length > longText || text.includes('\n') ? (
        <Textarea
          label={name}
          autosize
          maxRows={10}
          value={text}
          onChange={({ currentTarget }) => changed(currentTarget.value)}
        />
      ) : (
        <TextInput
          label={name}
          value={text}
          autoComplete="off"
          onChange={({ currentTarget }) => changed(currentTarget.value)}
        />
      );
    }
    case 'fixed':
      return (
        <div className={styles['fixed']}>
          <span>{name}</span>
          <code>
            <VisibleText text={asText(value)} />
          </code>
        </div>
      );
  }
};

const Changes = ({ changes }: { changes: readonly FieldChange[] }) => (
  <section aria-label="Proposed, and yours" aria-live="polite" className={styles['changes']}>
    {changes.length === 0 ? (
      <p className="muted">Nothing is changed yet.</p>
    ) : (
      changes.map(({ label, was, is }) => (
        <p key={label}>
          <span>{label}</span>{' '}
          <del>
            <VisibleText text={was} />
          </del>{' '}
          →{' '}
          <ins>
            <VisibleText text={is} />
          </ins>
        </p>
      ))
    )}
  </section>
);

const Form = ({
  proposed,
  schemas,
  props,
}: {
  proposed: readonly EditableAction[];
  schemas: readonly ActionSchema[];
  props: EditFormProps;
}) => {
  const { on, onCancel, onEdited } = props;
  const [yours, setYours] = useState(proposed);
  const [comment, setComment] = useState('');
  const changes = changesOf(proposed, yours);
  const sending = useMutation({
    mutationFn: () => sendEdit(on, yours, comment),
    networkMode: 'always',
    retry: false,
    onSuccess: ({ complaint, approvalId }) => {
      if (complaint === null) onEdited(approvalId);
    },
  });
  const complaint = sending.error ? asRequestFailure(sending.error).message : sending.data?.complaint;
  return (
    <form
      aria-label={`Edit rev ${on.revision}`}
      onSubmit={(event) => {
        event.preventDefault();
        if (changes.length > 0 && !sending.isPending) sending.mutate();
      }}
    >
      <div className={styles['fields']}>
        {yours.map((action, index) => (
          <fieldset key={action.name}>
            <legend>
              <VisibleText text={`${action.name} · ${action.type}`} />
            </legend>
            {fieldsOf(action, schemas).map((field) => (
              <Field
                key={field.name}
                field={field}
                onChange={(value) => setYours((all) => withParam(all, index, field.name, value))}
              />
            ))}
          </fieldset>
        ))}
        <TextInput
          label="Why, for the record"
          value={comment}
          autoComplete="off"
          onChange={({ currentTarget }) => setComment(currentTarget.value)}
        />
      </div>
      <Changes changes={changes} />
      {complaint ? (
        <p className={styles['complaint']} role="alert">
          <VisibleText text={complaint} />
        </p>
      ) : null}
      <div className={styles['buttons']}>
        <Button
          type="submit"
          look="primary"
          size="large"
          aria-disabled={changes.length === 0}
          isBusy={sending.isPending}
        >
          {sending.isPending ? 'Planning…' : `Make it rev ${on.revision + 1}`}
        </Button>
        <Button size="large" look="quiet" after={<Kbd keys="Esc" />} onClick={onCancel}>
          Back
        </Button>
        <span className="muted">It is checked, planned and decided anew. Approvals so far are cleared.</span>
      </div>
    </form>
  );
};

/** Other params for what is asked, beside what was proposed. */
export const EditForm = (props: EditFormProps) => {
  const { data, error, refetch } = useQuery(editableOptions(props.on.taskId));
  useSilentKeys();
  useKeys('dialog', { Escape: props.onCancel });
  return (
    <div className={styles['editor']}>
      {data?.task ? (
        <Form
          key={data.task.revision}
          proposed={actionsOf(data.task.actions)}
          schemas={data.actionTypes}
          props={props}
        />
      ) : error ? (
        <ErrorPanel
          title="What is asked for could not be loaded."
          error={error}
          onRetry={() => void refetch()}
        />
      ) : (
        <SkeletonRows count={3} height={34} />
      )}
    </div>
  );
};

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { asRequestFailure } from '../../graphql/request-error.ts';
import { createDelegation, delegationsOptions, type Candidate } from './delegation-data.ts';
import styles from './delegation.module.css';

const hourMs = 3_600_000;

/** As an input of the browser has it, in its own time zone. */
const localText = (ms: number): string =>
  new Date(ms - new Date(ms).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);

const isDecider = ({ type, roles }: Candidate): boolean => type === 'HUMAN' && roles.includes('APPROVER');

const Person = ({
  label,
  people,
  value,
  onChange,
}: {
  label: string;
  people: readonly Candidate[];
  value: string;
  onChange: (id: string) => void;
}) => {
  const id = useId();
  return (
    <div className={styles['field']}>
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
        <option value="">Choose…</option>
        {people.map((person) => (
          <option key={person.id} value={person.id}>
            {person.name}
          </option>
        ))}
      </select>
    </div>
  );
};

const Moment = ({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (text: string) => void;
}) => {
  const id = useId();
  return (
    <div className={styles['field']}>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="datetime-local"
        value={value}
        onChange={({ currentTarget }) => onChange(currentTarget.value)}
      />
    </div>
  );
};

/** From when until when somebody is away, and who decides meanwhile. */
export const NewDelegation = ({
  people,
  viewerId,
  canAdminister,
}: {
  people: readonly Candidate[];
  viewerId: string;
  canAdminister: boolean;
}) => {
  const queryClient = useQueryClient();
  const deciders = people.filter(isDecider);
  const mayForSelf = deciders.some(({ id }) => id === viewerId);
  const [awayId, setAway] = useState(mayForSelf ? viewerId : '');
  const [toId, setTo] = useState('');
  const [from, setFrom] = useState(() => localText(Date.now()));
  const [until, setUntil] = useState(() => localText(Date.now() + 24 * hourMs));
  const making = useMutation({
    mutationFn: () =>
      createDelegation({
        toId,
        principalId: awayId,
        // What begins now begins by the server's time.
        ...(Date.parse(from) > Date.now() ? { from: new Date(from).toISOString() } : {}),
        until: new Date(until).toISOString(),
      }),
    networkMode: 'always',
    retry: false,
    onSettled: () => void queryClient.invalidateQueries({ queryKey: delegationsOptions().queryKey }),
  });
  if (!mayForSelf && !canAdminister)
    return <p className="muted">You are asked for no decisions, so nobody needs to stand in for you.</p>;
  const isWhole = awayId !== '' && toId !== '' && from !== '' && until !== '';
  const complaint = making.data?.complaint ?? (making.error ? asRequestFailure(making.error).message : null);
  return (
    <form
      className={styles['form']}
      onSubmit={(event) => {
        event.preventDefault();
        if (isWhole) making.mutate();
      }}
    >
      {canAdminister ? (
        <Person label="Who is away" people={deciders} value={awayId} onChange={setAway} />
      ) : null}
      <Person
        label="Who decides meanwhile"
        people={deciders.filter(({ id }) => id !== awayId)}
        value={toId}
        onChange={setTo}
      />
      <Moment label="From" value={from} onChange={setFrom} />
      <Moment label="Until" value={until} onChange={setUntil} />
      <Button type="submit" look="primary" isBusy={making.isPending} aria-disabled={!isWhole}>
        Delegate
      </Button>
      <p className={styles['complaint']} role="status">
        {complaint ?? ''}
      </p>
    </form>
  );
};

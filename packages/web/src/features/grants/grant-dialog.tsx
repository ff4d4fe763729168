import { Select, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ActForm } from '../../components/act-form.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Segmented } from '../../components/segmented.tsx';
import { useServerNow } from '../../components/use-now.ts';
import { asRequestFailure } from '../../graphql/request-error.ts';
import { choicesOptions, createGrant, grantsOptions, type Offer, type Terms } from './grants-data.ts';
import { filled, inDays, orderOf, riskChoices, type Draft } from './grant-draft.ts';
import styles from './grants.module.css';

const usePicks = () => {
  const { data } = useQuery(choicesOptions());
  return {
    agents: (data?.agents ?? []).map(({ principal: { id, name } }) => ({ value: id, label: name })),
    actionTypes: (data?.actionTypes ?? [])
      .filter(({ category }) => category !== 'READ')
      .map(({ name, version }) => `${name}@${version}`),
  };
};

/** With its label over it, as the fields beside it have theirs. */
const Choice = <Value extends string>(props: Parameters<typeof Segmented<Value>>[0]) => (
  <div className={styles['choice']}>
    <span aria-hidden>{props.label}</span>
    <Segmented {...props} />
  </div>
);

interface FieldsProps {
  readonly draft: Draft;
  readonly terms: Terms;
  readonly onChange: (change: Partial<Draft>) => void;
}

const Scope = ({ draft, terms, onChange }: FieldsProps) => {
  const { agents, actionTypes } = usePicks();
  const within = { comboboxProps: { withinPortal: true }, searchable: true, allowDeselect: false } as const;
  return (
    <>
      <Select
        {...within}
        label="Action type"
        data={[...new Set([...actionTypes, ...(draft.actionType ? [draft.actionType] : [])])]}
        value={draft.actionType}
        placeholder="Choose"
        onChange={(actionType) => onChange({ actionType })}
      />
      <Select
        {...within}
        label="Agent"
        data={agents}
        value={draft.agentId}
        placeholder="Choose"
        onChange={(agentId) => onChange({ agentId })}
      />
      <TextInput
        label="Targets"
        description="One target, or the place that all lie in and a pattern: shop@*, C0OPS/*. * is any text, ? one character."
        value={draft.target}
        onChange={(event) => onChange({ target: event.currentTarget.value })}
      />
      <div className={styles['pair']}>
        <Choice
          label="Environment"
          value={draft.environment}
          options={terms.places.map(({ environment }) => ({
            value: environment,
            label: environment.toLowerCase(),
          }))}
          onChange={(environment) => onChange({ environment })}
        />
        <Choice
          label="Risk, at most"
          value={draft.maxRisk}
          options={riskChoices}
          onChange={(maxRisk) => onChange({ maxRisk })}
        />
      </div>
    </>
  );
};

/** Says yes beforehand; filled in where it was offered. */
export const GrantDialog = ({
  offer,
  terms,
  onClose,
}: {
  offer: Offer | null;
  terms: Terms;
  onClose: () => void;
}) => {
  const queryClient = useQueryClient();
  const nowMs = useServerNow();
  const [draft, setDraft] = useState(() => filled(offer, terms, nowMs));
  const [isTried, setTried] = useState(false);
  const making = useMutation({
    mutationFn: createGrant,
    networkMode: 'always',
    retry: false,
    async onSuccess({ complaint }) {
      await queryClient.invalidateQueries({ queryKey: grantsOptions().queryKey });
      if (complaint === null) onClose();
    },
  });
  const order = orderOf(draft, nowMs);
  const change = (part: Partial<Draft>): void => setDraft((before) => ({ ...before, ...part }));
  const people = terms.places.find(({ environment }) => environment === draft.environment)?.people ?? 2;
  const failure = making.error ? asRequestFailure(making.error).message : null;
  const missing = isTried && !order ? 'Choose an action type, an agent and targets, and say why.' : null;
  return (
    <Dialog title="Make a grant" isOpen onClose={onClose} width={560}>
      <ActForm
        verb="Grant"
        isPending={making.isPending}
        onAct={() => {
          setTried(true);
          if (order) making.mutate(order);
        }}
        onLeave={onClose}
      >
        <p>
          What it covers runs without asking people, until it is used up or over. Rules that always ask, stops
          and what the requester wants seen go before it.
        </p>
        <Scope draft={draft} terms={terms} onChange={change} />
        <div className={styles['pair']}>
          <TextInput
            label={`Uses, 1 to ${terms.mostUses}`}
            inputMode="numeric"
            value={draft.uses}
            onChange={(event) => change({ uses: event.currentTarget.value })}
          />
          <Choice
            label="Holds for"
            value={draft.days}
            options={inDays(terms)}
            onChange={(days) => change({ days })}
          />
        </div>
        <Textarea
          label="Why"
          autosize
          minRows={2}
          value={draft.reason}
          onChange={(event) => change({ reason: event.currentTarget.value })}
          error={missing ?? making.data?.complaint ?? failure}
        />
        {people > 1 ? <p className="muted">A second person must approve it before it holds.</p> : null}
      </ActForm>
    </Dialog>
  );
};

import { Button } from '../../components/button.tsx';
import { FilterChoice, FilterDay, Filters, FilterWords } from '../../components/filters.tsx';
import { isFiltered, type AuditFilters } from './audit-data.ts';
import { entryTypes } from './entry-types.ts';

interface Option {
  readonly id: string;
  readonly name: string;
}

export interface AuditFilterBarProps {
  readonly filters: AuditFilters;
  readonly people: readonly Option[];
  readonly onChange: (filters: AuditFilters) => void;
}

export const AuditFilterBar = ({ filters, people, onChange }: AuditFilterBarProps) => {
  const { actor = '', type = '', from = '', to = '', q = '' } = filters;
  const change = (more: AuditFilters) => onChange({ ...filters, ...more });
  return (
    <Filters>
      <FilterChoice
        label="Who"
        value={actor}
        options={[{ id: '', name: 'Anybody' }, ...people]}
        onChange={(value) => change({ actor: value || undefined })}
      />
      <FilterChoice
        label="Type"
        value={type}
        options={[{ id: '', name: 'Any' }, ...entryTypes.map((name) => ({ id: name, name }))]}
        onChange={(value) => change({ type: value || undefined })}
      />
      <FilterDay label="From" value={from} onChange={(value) => change({ from: value })} />
      <FilterDay label="To" value={to} onChange={(value) => change({ to: value })} />
      <FilterWords key={`q ${q}`} label="Words" value={q} onChange={(value) => change({ q: value })} />
      {isFiltered(filters) ? (
        <Button size="small" look="quiet" onClick={() => onChange({})}>
          Clear
        </Button>
      ) : null}
    </Filters>
  );
};

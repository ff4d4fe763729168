import { Modal } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useId, useState, type KeyboardEvent, type ReactNode } from 'react';
import styles from './palette.module.css';
import { useSilentKeys } from './use-silent-keys.ts';

export interface PaletteItem {
  readonly id: string;
  readonly content: ReactNode;
  readonly run: () => void;
}

export interface PaletteGroup {
  readonly label: string;
  readonly items: readonly PaletteItem[];
}

export interface PaletteProps {
  readonly label: string;
  readonly query: string;
  readonly groups: readonly PaletteGroup[];
  /** What to say where nothing is found; null while that is not known yet. */
  readonly nothing: ReactNode;
  readonly onQuery: (query: string) => void;
  readonly onClose: () => void;
}

/**
 * One line to type into and what it finds; the arrows choose, Enter goes. What comes first is chosen already. Not
 * `@mantine/spotlight` (9.7.3): nothing in it has a role or an aria- attribute, so that whoever hears the page would
 * not be told what is chosen, and it would not make a first visit lighter, to which this does not belong either.
 */
export const Palette = ({ label, query, groups, nothing, onQuery, onClose }: PaletteProps) => {
  useSilentKeys();
  const listId = useId();
  const [chosen, setChosen] = useState(0);
  const shown = groups.filter(({ items }) => items.length > 0);
  const items = shown.flatMap((group) => group.items);
  const current = Math.min(chosen, items.length - 1);
  const optionId = (id: string): string => `${listId}-${id}`;
  const run = (item: PaletteItem | undefined): void => {
    if (!item) return;
    onClose();
    item.run();
  };
  const choose = (index: number): void => {
    const next = (index + items.length) % Math.max(1, items.length);
    setChosen(next);
    const id = items[next]?.id;
    if (id !== undefined) document.getElementById(optionId(id))?.scrollIntoView({ block: 'nearest' });
  };
  const press = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return;
    const act = {
      ArrowDown: () => choose(current + 1),
      ArrowUp: () => choose(current - 1),
      Enter: () => run(items[current]),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };
  return (
    <Modal.Root
      opened
      onClose={onClose}
      size={600}
      transitionProps={{ duration: 0 }}
      classNames={{ content: styles['content'] ?? '' }}
    >
      <Modal.Overlay />
      <Modal.Content aria-label={label}>
        <div className={styles['search']}>
          <IconSearch size={17} stroke={1.8} aria-hidden />
          <input
            type="text"
            role="combobox"
            aria-label={label}
            aria-expanded
            aria-controls={listId}
            aria-activedescendant={items[current] ? optionId(items[current].id) : undefined}
            autoComplete="off"
            spellCheck={false}
            placeholder={`${label}…`}
            data-autofocus
            value={query}
            onChange={(event) => {
              setChosen(0);
              onQuery(event.currentTarget.value);
            }}
            onKeyDown={press}
          />
        </div>
        <div id={listId} role="listbox" aria-label="Results" className={styles['list']}>
          {shown.map((group) => (
            <div key={group.label} role="group" aria-label={group.label}>
              <p className={styles['label']} aria-hidden>
                {group.label}
              </p>
              {group.items.map((item) => (
                <div
                  key={item.id}
                  id={optionId(item.id)}
                  role="option"
                  aria-selected={item === items[current]}
                  className={styles['item']}
                  onPointerMove={() => setChosen(items.indexOf(item))}
                  onClick={() => run(item)}
                >
                  {item.content}
                </div>
              ))}
            </div>
          ))}
        </div>
        {items.length === 0 && nothing !== null ? (
          <p className={styles['nothing']} role="status">
            {nothing}
          </p>
        ) : null}
      </Modal.Content>
    </Modal.Root>
  );
};

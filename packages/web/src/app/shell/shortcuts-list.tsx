import { Kbd } from '../../components/kbd.tsx';
import { commandKey } from '../command-key.ts';
import { useNavigation } from '../navigation.ts';
import { shortcutGroups } from './shortcuts.ts';
import styles from './shortcuts-list.module.css';

export const ShortcutsList = () => {
  const items = useNavigation();
  return (
    <div className={styles['groups']}>
      {shortcutGroups(commandKey, items).map(({ title, shortcuts }) => (
        <section key={title} className={styles['group']}>
          <h3>{title}</h3>
          <dl>
            {shortcuts.map(({ keys, does }) => (
              <div key={keys} className={styles['shortcut']}>
                <dt>{does}</dt>
                <dd>
                  <span className="visually-hidden">{keys}</span>
                  {keys.split(' ').map((key) => (key === '–' ? '–' : <Kbd key={key} keys={key} />))}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </div>
  );
};

import { visibleSegments } from './visible-marks.ts';
import styles from './visible-text.module.css';

/** Text from outside: what would hide or reorder is drawn as a mark, and it cannot turn its surroundings. */
export const VisibleText = ({ text }: { text: string }) => (
  <bdi>
    {visibleSegments(text).map((segment, index) => {
      switch (segment.kind) {
        case 'text':
          return segment.text;
        case 'isolate':
          return <bdi key={index}>{segment.text}</bdi>;
        case 'mark':
          return (
            <span key={index} className={styles['mark']} title={segment.description}>
              {segment.label}
              <span className="visually-hidden"> ({segment.description})</span>
            </span>
          );
      }
    })}
  </bdi>
);

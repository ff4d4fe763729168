import { Fragment } from 'react';
import { visibleSegments } from './visible-marks.ts';
import styles from './visible-text.module.css';

/** Behind what parts an address or a path, never within a name or a port. */
const breaks = /(?<=[/?&=@])(?=[^/])|(?=:\d{2,5}\b)/u;

const Breakable = ({ text }: { text: string }) =>
  text.split(breaks).map((part, index) => (
    <Fragment key={index}>
      {index > 0 ? <wbr /> : null}
      {part}
    </Fragment>
  ));

/** Text from outside: what would hide, reorder or pass for other text is drawn as a mark, and it cannot turn its surroundings. */
export const VisibleText = ({
  text,
  isBreakable = false,
}: {
  text: string;
  /** It may hold an address: it breaks between its parts. */
  isBreakable?: boolean;
}) => (
  <bdi>
    {visibleSegments(text).map((segment, index) => {
      switch (segment.kind) {
        case 'text':
          return isBreakable ? <Breakable key={index} text={segment.text} /> : segment.text;
        case 'isolate':
          return <bdi key={index}>{segment.text}</bdi>;
        case 'mark':
          return (
            <span
              key={index}
              className={styles['mark']}
              data-itself={segment.isItself}
              title={segment.description}
            >
              {segment.label}
              <span className="visually-hidden"> ({segment.description})</span>
            </span>
          );
      }
    })}
  </bdi>
);

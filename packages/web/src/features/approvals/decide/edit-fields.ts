type JsonObject = Readonly<Record<string, unknown>>;

/** An action as the server keeps it; what is not edited goes back as it came. */
export interface EditableAction {
  readonly name: string;
  readonly type: string;
  readonly params: JsonObject;
}

export interface ActionSchema {
  readonly name: string;
  readonly version: number;
  readonly inputSchema: unknown;
}

export type EditField = { readonly name: string; readonly value: unknown } & (
  | { readonly kind: 'text' | 'number' | 'switch' | 'fixed' }
  | { readonly kind: 'choice'; readonly options: readonly string[] }
);

export interface FieldChange {
  /** `step-1 · message` */
  readonly label: string;
  readonly was: string;
  readonly is: string;
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The schema of an action type by the name that an action calls it; the newest where it names no version. */
const propertiesOf = (type: string, schemas: readonly ActionSchema[]): JsonObject => {
  const [name, version] = type.split('@');
  const found = schemas
    .filter((schema) => schema.name === name && (version === undefined || schema.version === Number(version)))
    .toSorted((a, b) => b.version - a.version)[0];
  const properties = isObject(found?.inputSchema) ? found.inputSchema['properties'] : null;
  return isObject(properties) ? properties : {};
};

/** What of an action can be changed, and how; what has another form than the schema's simple ones is only shown. */
export const fieldsOf = (action: EditableAction, schemas: readonly ActionSchema[]): EditField[] => {
  const properties = propertiesOf(action.type, schemas);
  const names = [...new Set([...Object.keys(properties), ...Object.keys(action.params)])];
  return names.map((name) => fieldOf(name, action.params[name], properties[name]));
};

const fieldOf = (name: string, value: unknown, schema: unknown): EditField => {
  const { type, enum: values } = isObject(schema) ? schema : {};
  const isAbsent = value === undefined;
  if (Array.isArray(values) && values.every((each) => typeof each === 'string') && !isObject(value)) {
    return { name, value, kind: 'choice', options: values };
  }
  if (type === 'string' && (isAbsent || typeof value === 'string')) return { name, value, kind: 'text' };
  if ((type === 'integer' || type === 'number') && (isAbsent || typeof value === 'number'))
    return { name, value, kind: 'number' };
  if (type === 'boolean' && (isAbsent || typeof value === 'boolean')) return { name, value, kind: 'switch' };
  return { name, value, kind: 'fixed' };
};

/** The actions with one param changed; left out where it is undefined. */
export const withParam = <Action extends EditableAction>(
  actions: readonly Action[],
  index: number,
  name: string,
  value: unknown,
): Action[] =>
  actions.map((action, place) => {
    if (place !== index) return action;
    const { [name]: _before, ...rest } = action.params;
    return { ...action, params: value === undefined ? rest : { ...action.params, [name]: value } };
  });

export const asText = (value: unknown): string =>
  value === undefined ? '–' : typeof value === 'string' ? value : JSON.stringify(value);

/** Every param that differs, in the order of the form. */
export const changesOf = (
  proposed: readonly EditableAction[],
  yours: readonly EditableAction[],
): FieldChange[] =>
  proposed.flatMap((before, index) => {
    const after = yours[index]?.params ?? {};
    const names = [...new Set([...Object.keys(before.params), ...Object.keys(after)])];
    return names.flatMap((name) => {
      const [was, is] = [asText(before.params[name]), asText(after[name])];
      return was === is ? [] : [{ label: `${before.name} · ${name}`, was, is }];
    });
  });

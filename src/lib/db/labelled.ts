import type { Statement } from './database.ts';

/** Gives a statement a name that only measurements know: one whose text varies cannot be a prepared statement. */
export function labelled<Labelled extends object>(statement: Labelled, label: string): Labelled {
  return Object.assign(statement, { label });
}

/** The name of a prepared statement, or the label of another one. */
export function labelOf(statement: Statement): string | undefined {
  return typeof statement === 'string' ? undefined : (statement.name ?? (statement as { label?: string }).label);
}

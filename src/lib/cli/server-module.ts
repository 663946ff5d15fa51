import type { App } from '../app.ts';

/** What `serve` needs of the server, so that commands compile without it. */
export interface ServerModule {
  readonly startServer: (app: App, options: ServerOptions) => Promise<RunningServer>;
}

export interface ServerOptions {
  /** Whether to open the public listener. */
  readonly api: boolean;
  readonly host: string;
  readonly port: number;
  readonly adminHost: string;
  /** Null = closed. */
  readonly adminPort: number | null;
}

export interface RunningServer {
  readonly url: string | null;
  readonly adminUrl: string | null;
  /** Says "not ready" and keeps serving for so long. */
  drain(seconds: number): Promise<void>;
  /** Finishes requests in flight and closes. */
  close(): Promise<void>;
}

/** Loads the server; the specifier is computed, as commands must not depend on it. */
export async function loadServer(): Promise<ServerModule> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return (await import(new URL(`../../server/listen.${extension}`, import.meta.url).href)) as ServerModule;
}

import { custom, json } from './key.ts';

/** Where clamd listens. */
export type ClamdAddress = { readonly host: string; readonly port: number } | { readonly path: string };

const defaultClamdPort = 3310;
const normaliserShape = '["program", "argument", …]';

/** The keys of letters that come as PDFs (letters sheet §8). */
export const letterKeys = {
  clamd: custom<ClamdAddress | null>('tcp://host:port or unix:/path', {
    env: ['NOTIFY_CLAMD'],
    default: null,
    defaultText: 'files are not scanned',
    read: readClamdAddress,
    help: 'ClamAV daemon that scans letters which come as PDFs, before anything else opens them.',
  }),
  pdfNormaliser: json<readonly string[] | null>({
    env: ['NOTIFY_PDF_NORMALISER'],
    default: null,
    defaultText: 'colours and fonts stay as they are sent',
    shape: normaliserShape,
    read: readCommand,
    help: 'Program that gets each checked PDF on its standard input and writes the one to print to its standard output, such as Ghostscript.',
  }),
};

function readClamdAddress(text: string): ClamdAddress {
  const path = /^unix:(?:\/\/)?(\/.+)$/.exec(text)?.[1];
  if (path !== undefined) return { path };
  const url = URL.parse(text);
  if (url?.protocol !== 'tcp:' || url.hostname === '' || !['', '/'].includes(url.pathname))
    throw new Error('expected tcp://host:port or unix:/path');
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: url.port === '' ? defaultClamdPort : Number(url.port) };
}

function readCommand(value: unknown): readonly string[] {
  const isCommand = Array.isArray(value) && value.every((word) => typeof word === 'string') && Boolean(value[0]);
  if (!isCommand) throw new Error(`expected a list of the program and its arguments, as ${normaliserShape}`);
  return value;
}

import { londonClockTime } from '../../../lib/core/london-time.ts';
import type { DocumentExtension } from '../../../lib/documents/document-type.ts';
import type { DocumentView } from '../../../lib/documents/document.ts';
import { html, type Html } from '../../html.ts';
import { renderPage } from './page-layout.ts';

/** The service that sent a file, and how to reach it: a web address, an email address or a phone number. */
export interface Sender {
  readonly name: string;
  readonly contactLink: string | null;
}

/** What is wrong with an address that was entered. */
export type AddressProblem = 'missing' | 'malformed' | 'other';

const typeNames: Readonly<Record<DocumentExtension, string>> = {
  csv: 'CSV file',
  doc: 'Microsoft Word document',
  docx: 'Microsoft Word document',
  jpeg: 'JPEG image',
  jpg: 'JPEG image',
  json: 'JSON file',
  odt: 'OpenDocument text',
  pdf: 'PDF',
  png: 'PNG image',
  rtf: 'rich text file',
  txt: 'text file',
  xlsx: 'Microsoft Excel spreadsheet',
};

/** The page between the link in the email and the file. */
export function renderLanding({ sender, next }: { sender: Sender; next: string }): string {
  return renderPage({
    heading: 'You have a file to download',
    serviceName: sender.name,
    body: html`<p>${sender.name} sent you a file to download.</p>
      <p><a href="${next}" class="button">Continue</a></p>
      ${contact(sender, 'If you have any questions,')}`,
  });
}

export interface ConfirmPage {
  readonly sender: Sender;
  /** Where the form goes. */
  readonly action: string;
  /** The address as it was entered, to be mended. */
  readonly entered: string;
  readonly problem: AddressProblem | null;
}

/** The form that asks for the address that the file was sent to. */
export function renderConfirm({ sender, action, entered, problem }: ConfirmPage): string {
  const message = problem === null ? null : describeProblem(problem, sender);
  const described = message === null ? null : html` aria-describedby="email_address-error" aria-invalid="true"`;
  return renderPage({
    heading: 'Confirm your email address',
    serviceName: sender.name,
    ...(message !== null && { summary: renderSummary(message) }),
    body: html`<p>To confirm that the file was sent to you, enter the email address that ${sender.name} sent it to.</p>
      <form method="post" action="${action}" novalidate>
        <div class="field${message === null ? null : ' wrong'}">
          <label for="email_address">Email address</label>
          ${message === null ? null : html`<p class="error" id="email_address-error">Error: ${message}</p>`}
          <input
            id="email_address"
            name="email_address"
            type="email"
            autocomplete="email"
            spellcheck="false"
            value="${entered}"
            ${described}
          />
        </div>
        <button class="button">Continue</button>
      </form>
      ${contact(sender, 'If you have any questions,')}`,
  });
}

/** The page with the link to the file. */
export function renderDownload({
  sender,
  document,
  fileUrl,
}: {
  sender: Sender;
  document: DocumentView;
  fileUrl: string;
}): string {
  return renderPage({
    heading: 'Download your file',
    serviceName: sender.name,
    body: html`<p>
        <a href="${fileUrl}" rel="noreferrer">Download this ${typeNames[document.extension]} (${fileSize(document)})</a>
      </p>
      <dl>
        ${
          document.filename === null
            ? null
            : html`<dt>File name</dt>
                <dd>${document.filename}</dd>`
        }
        <dt>File type</dt>
        <dd>${typeNames[document.extension]}</dd>
        <dt>File size</dt>
        <dd>${fileSize(document)}</dd>
        <dt>Available until</dt>
        <dd>${timeInWords(document.availableUntil)}</dd>
      </dl>
      ${contact(sender, 'If you have any questions,')}`,
  });
}

/** For a link whose file was deleted, or never was. */
export function renderGone({ sender }: { sender: Sender | null }): string {
  return renderPage({
    heading: 'No longer available',
    ...(sender !== null && { serviceName: sender.name }),
    body: html`<p>The link to download your file has expired.</p>
      ${
        sender === null
          ? html`<p>If you still need the file, ask the service that sent you the link.</p>`
          : contact(sender, 'If you still need the file,')
      }`,
  });
}

export function renderTooManyTries({ sender }: { sender: Sender }): string {
  return renderPage({
    heading: 'Try again in 5 minutes',
    serviceName: sender.name,
    body: html`<p>Too many email addresses were entered for this file.</p>
      ${contact(sender, 'If you have any questions,')}`,
  });
}

export function renderNotFound(): string {
  return renderPage({
    heading: 'Page not found',
    body: html`<p>If you typed the web address, check that it is correct.</p>
      <p>If you pasted the web address, check that you copied all of it.</p>`,
  });
}

function renderSummary(message: string): Html {
  return html`<div class="summary" role="alert" aria-labelledby="summary-title" tabindex="-1">
    <h2 id="summary-title">There is a problem</h2>
    <p><a href="#email_address">${message}</a></p>
  </div>`;
}

function describeProblem(problem: AddressProblem, { name }: Sender): string {
  if (problem === 'missing') return 'Enter your email address';
  if (problem === 'malformed') return 'Enter an email address in the correct format, like name@example.com';
  return `This is not the email address that ${name} sent the file to`;
}

function contact({ name, contactLink }: Sender, when: string): Html | null {
  if (contactLink === null) return null;
  if (/^https?:\/\//i.test(contactLink)) return html`<p>${when} <a href="${contactLink}">contact ${name}</a>.</p>`;
  const shown = contactLink.includes('@')
    ? html`<a href="mailto:${contactLink}">${contactLink}</a>`
    : html`${contactLink}`;
  return html`<p>${when} contact ${name}: ${shown}.</p>`;
}

function fileSize({ sizeBytes }: DocumentView): string {
  if (sizeBytes < 1024) return `${sizeBytes} ${sizeBytes === 1 ? 'byte' : 'bytes'}`;
  return sizeBytes < 1024 ** 2 ? `${Math.round(sizeBytes / 1024)} KB` : `${(sizeBytes / 1024 ** 2).toFixed(1)} MB`;
}

const longDate = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/London', dateStyle: 'long' });

function timeInWords(instant: Date): string {
  return `${londonClockTime(instant)} on ${longDate.format(instant)}`;
}

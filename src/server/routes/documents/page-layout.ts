import { html, Html } from '../../html.ts';
import { pageStyle } from './page-style.ts';

export interface Page {
  readonly heading: string;
  readonly body: Html;
  /** The problem with what was entered comes first, also in the title. */
  readonly summary?: Html;
  /** The service that sent the file, when it is known. */
  readonly serviceName?: string;
}

// As it is, not formatted: the policy names its hash.
const styleElement = new Html(`<style>${pageStyle}</style>`);

/** A page of documents: no script, nothing from elsewhere, and in the order in which it is read aloud. */
export function renderPage({ heading, body, summary, serviceName }: Page): string {
  const title = `${summary === undefined ? '' : 'Error: '}${heading}${serviceName === undefined ? '' : ` – ${serviceName}`}`;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>${title}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex, nofollow" />
        <meta name="referrer" content="no-referrer" />
        ${styleElement}
      </head>
      <body>
        <a href="#main" class="skip">Skip to main content</a>
        <header><div>${serviceName ?? 'Files'}</div></header>
        <main id="main" tabindex="-1">
          ${summary ?? null}
          <h1>${heading}</h1>
          ${body}
        </main>
      </body>
    </html> `;
  return page.text;
}

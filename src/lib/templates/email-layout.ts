/** The parts of an email's HTML document, all of them HTML already. */
export interface EmailLayout {
  readonly title: string;
  /** Shown by mail programs beside the subject, and nowhere else. */
  readonly preheader: string;
  readonly body: string;
}

// Cells stand for margins, which mail programs drop.
const spacer = '<tr><td height="30" style="font-size: 30px; line-height: 30px;"><br></td></tr>';

/**
 * Puts an email's body into a whole HTML document without any branding (templating sheet §5.4): one column of at most
 * 580 pixels, readable in mail programs that know tables and inline styles only.
 */
export function layOutEmail({ title, preheader, body }: EmailLayout): string {
  // Only the spans of unfilled placeholders are tags here, and one may have been cut in half.
  const hiddenText = preheader.replace(/<[^>]*>?/g, '');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="format-detection" content="telephone=no">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>
@media only print {
body { color: #000 !important; }
table { max-width: none !important; }
a::after { content: " (" attr(href) ")"; }
}
</style>
<!--[if gte mso 9]>
<style>
li { margin-left: 4px !important; margin-top: 10px !important; }
</style>
<![endif]-->
</head>
<body style="font-family: Helvetica, Arial, sans-serif; font-size: 16px; margin: 0; color: #0b0c0c;">
<span style="display: none;font-size: 1px;color: #fff; max-height: 0;">${hiddenText}…</span>
<table role="presentation" width="100%" style="border-collapse: collapse; max-width: 580px; width: 100%;" cellpadding="0" cellspacing="0" border="0" align="center">
${spacer}
<tr><td style="font-family: Helvetica, Arial, sans-serif; font-size: 19px; line-height: 1.315789474; max-width: 560px; padding: 0 10px;">
${body}
</td></tr>
${spacer}
</table>
</body>
</html>
`;
}

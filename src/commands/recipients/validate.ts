import { Flags } from '@oclif/core';
import { JsonLinesCommand, jsonlDescription, jsonlFlag } from '../../lib/cli/jsonl-command.ts';
import type { LineHandler } from '../../lib/cli/jsonl.ts';
import { templateTypes, type TemplateType } from '../../lib/templates/template.ts';

export default class RecipientsValidate extends JsonLinesCommand {
  static override summary =
    'Check phone numbers, email addresses or postal addresses, line by line; needs no database.';
  static override description =
    'Each line is {"recipient": "07700 900123"}; the lines of a postal address are joined by line feeds. The answer has ' +
    `the words of the API (error) and those of the CSV check (csv_error). ${jsonlDescription}`;
  static override examples = [
    `echo '{"recipient": "07700 900123"}' | <%= config.bin %> recipients validate --type sms --jsonl -`,
    '<%= config.bin %> recipients validate --type letter --international --jsonl addresses.jsonl',
  ];
  static override flags = {
    type: Flags.string({ summary: 'Type of message.', required: true, options: templateTypes }),
    international: Flags.boolean({ summary: 'The service may send text messages or letters abroad.' }),
    landlines: Flags.boolean({ summary: 'The service may send text messages to UK landlines.' }),
    jsonl: jsonlFlag({ required: true }),
  };

  protected async readLines() {
    const { flags } = await this.parse(RecipientsValidate);
    const { validateRecipientLine } = await import('../../lib/recipients/validate-recipient.ts');
    const { international, landlines } = flags;
    const options = { type: flags.type as TemplateType, international, landlines };
    const answer: LineHandler = (line) => {
      const { processed, report } = validateRecipientLine(line, options);
      return { processed, json: JSON.stringify(report) };
    };
    return { file: flags.jsonl, answer };
  }
}

import { JsonLinesCommand, jsonlDescription, jsonlFlag } from '../../lib/cli/jsonl-command.ts';

export default class TemplatesRender extends JsonLinesCommand {
  static override summary = 'Render contents with values, line by line; needs no database.';
  static override description =
    'Each line is {"type": "sms"|"email"|"letter", "content", "subject", "personalisation", "prefix", ' +
    `"sanitise_content_for"}; type and content are required. ${jsonlDescription}`;
  static override examples = [
    `echo '{"type": "sms", "content": "Hi ((name))", "personalisation": {"name": "Ann"}}' | <%= config.bin %> templates render --jsonl -`,
  ];
  static override flags = { jsonl: jsonlFlag({ required: true }) };

  protected async readLines() {
    const { flags } = await this.parse(TemplatesRender);
    const { renderTemplateLine } = await import('../../lib/cli/jsonl-templates.ts');
    return { file: flags.jsonl, answer: renderTemplateLine };
  }
}

import { pluralEn } from '../plural'

const templates = {
  title: 'Templates',
  sub: 'Ready flows: choose one and answer its questions',
  search: 'Find a template',
  steps: (n: number) => `${n} ${pluralEn(n, 'step', 'steps')}`,
  questions: 'Answers for the flow',
  noQuestions: 'Nothing to ask: everything else is set up in the editor.',
  later: 'You can leave answers empty and give them in the editor.',
  what: 'What it does',
  create: 'Create the flow',
  connection: 'Choose an account',
  noConnection: 'later',
}
export default templates

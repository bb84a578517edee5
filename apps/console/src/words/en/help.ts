export default {
  general: {
    about:
      'duban hands the tasks of a plan to the units, reminds before a date, urges after it, has what is done verified, and keeps a complete history.',
    points: [
      'On the left, on a telephone behind the menu, are the pages of your post.',
      'The bell has messages; behind your name are other posts, type size, language and signing out.',
      'What you write is kept in this browser until it was sent.',
    ],
  },
  mine: {
    about: 'Only what is your unit’s, in the order of the dates. The button beside each is what is to be done next.',
    points: [
      'Sign first; plans and reports are handed in after that.',
      '“Why this date” tells the rule, what it was counted from, and what it was before.',
      'Answer a notice by its date: after that it is raised.',
    ],
  },
  act: {
    about: 'One act on one page. What you write is kept, also when the page is closed or the session ends.',
    points: [
      'Beside each target stand the plan for today, the last figure, and what others gave already: take it over.',
      'Evidence is a file, or where it is to be found.',
      'If somebody has changed the matter, look at what they did, then decide; your text is still there.',
      'Further down is what else can be done: object, apply for more time, ask for contributions, hand on.',
    ],
  },
  overview: {
    about: 'The year on one page: lights, their course, the ten tasks that matter, and who is late.',
    points: [
      'A number leads to its tasks.',
      '“Instruct” takes one sentence; the lead answers by a date, and the answer is shown below.',
      'The big screen is for a meeting room: it refreshes itself and shows nothing about persons.',
    ],
  },
  board: {
    about: 'All tasks, to be filtered by unit, state, light and date, now and at any past instant.',
    points: [
      'The filter is in the address, and can be sent on.',
      'Red means an orange or red notice, yellow a yellow one or something overdue.',
    ],
  },
  pictures: {
    about: 'The plan in pictures, each with the same as a table.',
    points: ['The figures are those of the board; the filter is in the address.'],
  },
  tasks: {
    about: 'All of one task: what is asked, units, dates, reports, notices, and its history.',
    points: [
      'Each date says why.',
      'What your unit can do is a button each.',
      'In the picture of a target the dashed line is what is planned; the office sets it below.',
      'Of each report it can be seen who wrote which sentence; your unit may correct it until the next period, and all versions stay.',
    ],
  },
  inbox: {
    about: 'Messages to you, the newest first.',
    points: ['Messages of one window come as one.', 'From the task you act at once.'],
  },
  account: {
    about:
      'Your own settings: where you are reached, who stands in, messages, password, second factor, devices, API tokens.',
    points: [
      'End the session of a device that you do not know, and change the password.',
      'Recovery codes and API tokens are shown once: keep them at once; codes can be printed and locked away.',
      'The message record lists what came to you on a day, and why something did not.',
    ],
  },
  desk: {
    about: 'What the office has to do today: decide, verify, answer.',
    points: ['The most urgent first; what is done leaves the list.'],
  },
  plans: {
    about: 'Plans: import a document, review the draft, issue it.',
    points: [
      'Each value shows the words that it was read from; look at every warning.',
      'Once issued, a plan changes by a revision.',
    ],
  },
  matters: {
    about: 'Matters from instructions, meetings, documents and petitions are registered here.',
    points: ['Look for duplicates first.', 'A restricted matter is seen by those named alone.'],
  },
  verification: {
    about: 'Completions are verified or returned, by a checklist.',
    points: ['Nobody verifies what is their own.', 'A return says why, and sets a date to rectify.'],
  },
  notices: {
    about: 'Notices are blue, yellow, orange and red, and climb when nothing happens.',
    points: ['Answers are judged by a date, too.'],
  },
  policies: {
    about: 'Rules of dates, reminders, notices and lights; each enabling makes a version.',
    points: [
      'Try a draft on what really happened last year, or simulate the next, before you enable it.',
      'What versions and drafts say otherwise is listed one by one.',
    ],
  },
  bulletins: {
    about:
      'Bulletins of a span, put together from what is recorded; once published they have a number and never change.',
    points: [
      'The figures of the whole are those of the moment; a notice to be named in the next bulletin is named once.',
      'Restricted matters are in none. The head of the office publishes, and whoever signs in can read and print them.',
    ],
  },
  ledgers: {
    about: 'Cards and points of units, what is demanded of them, how satisfied the public is.',
    points: [
      'Each picture is a table, too.',
      'The burden can be exported; what is asked for twice should be asked for once.',
      'Satisfaction is recorded on the page of a task whose completion is reported.',
    ],
  },
  directory: {
    about: 'Units, their other names, groups and posts.',
    points: [
      'Reorganisations are done here; old tasks keep the old name.',
      'Choose a unit to make and close posts of deputies and handlers, and to see what its weekly cap holds back.',
    ],
  },
  retention: {
    about: 'Keeping and disposal: when a plan’s period is over, one proposes and another approves that its files go.',
    points: [
      'Nobody decides on their own proposal.',
      'An auditor can put a plan on hold.',
      'A disposal cannot be undone; its register and history stay for ever.',
    ],
  },
  calendar: {
    about: 'Working days by the papers on holidays.',
    points: ['Until the paper of a year is out, its dates are provisional.'],
  },
  audit: {
    about: 'Who did what and when, before and after.',
    points: ['Any past instant can be seen.', 'An auditor changes nothing.'],
  },
  proofs: { about: 'Proof that nobody has touched history.', points: ['The bundle is verified offline.'] },
  people: {
    about: 'Accounts and posts.',
    points: [
      'Posts are confirmed by the security administrator.',
      'Hand the post over before an account is closed.',
      'Erasure by law: the system administrator closes the account, the security administrator erases, for good.',
    ],
  },
  channels: {
    about: 'How mails, short messages and robots are getting on.',
    points: [
      'Message rules say what is urgent, how often units are written to, what people may choose; the head of the office sets them.',
      'A test message goes to you or to a destination, and shows at once what was answered.',
      'What failed is sent again here.',
    ],
  },
  queues: {
    about: 'The work in the background; failed jobs can be tried again or removed.',
    points: [
      'The database is the truth, the queue a hint.',
      'The next sweep does what one has missed: what is marked as done needs no other try.',
      'Trying again and removing are kept in history.',
    ],
  },
  health: { about: 'Whether all parts are well.', points: ['The self-check asks whether all that must hold does.'] },
  tours: {
    next: 'Next',
    previous: 'Back',
    finish: 'Done',
    common: {
      nav: { title: 'The pages', text: 'Only those of your post. On a telephone they are behind the menu.' },
      bell: { title: 'Messages', text: 'Reminders, notices and returns come here.' },
      person: { title: 'Posts and settings', text: 'Act in another post, larger type, language, sign out.' },
      help: { title: 'Help at any time', text: 'Help on the page, and this tour.' },
    },
    own: {
      owed: {
        title: 'What is owed',
        text: 'The colour and the days that are left say how urgent it is; the button is what comes next. What you type is kept, even when the page is closed.',
      },
      why: {
        title: 'Why this date',
        text: 'By which rule, counted from when, and how often it was moved. More time is asked for before the date.',
      },
      filters: {
        title: 'Who, what and when',
        text: 'Find any record by person, unit, thing and time; keep the search, and take what was found as a file.',
      },
      at: { title: 'Any instant', text: 'Move the day, and see how a plan stood at any time of it; or compare two.' },
      accounts: {
        title: 'Accounts',
        text: 'You make accounts and propose posts, and the security administrator gives them. Channels, queues and self-checks are on the left.',
      },
    },
    unit: {
      title: 'My matters',
      text: 'All that your unit has to do, what is due first on top. The button is what comes next: sign, report, answer.',
    },
    leader: {
      title: 'Overview',
      text: 'Lights, their course, what matters most and who is late. Give an instruction on any task in one sentence.',
    },
    office: { title: 'The office', text: 'From importing a plan to verifying what was done: all on the left.' },
    auditor: { title: 'Audit', text: 'Any past instant, each change, and its proofs. Nothing can be changed.' },
    admin: { title: 'Administration', text: 'People, posts, channels and health. Tasks cannot be changed.' },
  },
};

export {
  calendarOfPapers,
  calendarVersion,
  checkPaper,
  type DayDifference,
  dayDifferences,
  isSamePaper,
  type PaperFault,
  type RecordedPaper,
} from './calendar-papers';
export type { HolidayCalendarData, HolidayEntry, HolidayPaper } from './holiday-data';
export { CHINA_HOLIDAYS } from './holidays.cn';
export { addDays, addMonths, type LocalDate, parseLocalDate } from './local-date';
export { createWorkingCalendar, type DayKind, weekdayOf, WorkingCalendar } from './working-calendar';
export { atLocalTime, endOfLocalDay, localDateOf, localTimeOf } from './zoned-time';

import { Link } from 'react-router';

interface Named {
  taskId: string;
  taskNumber: string | null;
  taskContent: string;
}

/** A task (事项) as people call it, by its number and its words, on one line; it leads to its page. */
export function TaskLink({ of: { taskId, taskNumber, taskContent } }: { of: Named }) {
  return (
    <Link to={`/tasks/${taskId}`} className="task-link" title={taskContent}>
      {taskNumber !== null && <b>{taskNumber}</b>} {taskContent}
    </Link>
  );
}

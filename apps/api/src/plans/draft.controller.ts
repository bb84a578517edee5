import { PlanReader, type PlanView } from '@duban/reporting';
import { PlanDraftService } from '@duban/tasks';
import type { Actor } from '@duban/history';
import { Body, Controller, Delete, HttpCode, Param, Patch, Post, Put, Query, Req } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { EntityManager } from 'typeorm';
import { CommandRunner } from '../command.runner';
import { type ActingRequest, Needs } from '../requests';
import {
  ConfirmLeadsDto,
  BulkDeadlinesDto,
  PlanTaskParams,
  RemoveQuery,
  StandingUnitsDto,
  TaskAdditionDto,
  TaskEditDto,
  TaskMergeDto,
  TaskOrderDto,
  TaskSplitDto,
} from './draft-schemas';
import { PlanDto, PlanParams } from './plan-schemas';

/** Puts a draft right before it is issued. Each answer is the whole plan. */
@ApiTags('drafts')
@Controller('plans')
export class DraftController {
  constructor(
    private readonly commands: CommandRunner,
    private readonly drafts: PlanDraftService,
    private readonly reader: PlanReader,
  ) {}

  @Needs('plan.edit', 'breakdown.draft')
  @Patch(':id/tasks/:taskId')
  @ApiOperation({ summary: 'Correct a task of a draft (修改)' })
  @ApiOkResponse({ type: PlanDto })
  edit(
    @Req() request: ActingRequest,
    @Param() { id: planId, taskId }: PlanTaskParams,
    @Body() { expectedVersion, ...edit }: TaskEditDto,
  ): Promise<PlanView> {
    return this.change(request, planId, { ...edit, expectedVersion }, (tx, actor, at) =>
      this.drafts.editTask(tx, actor, at, { planId, taskId, expectedVersion }, edit),
    );
  }

  @Needs('plan.edit', 'breakdown.draft')
  @Delete(':id/tasks/:taskId')
  @ApiOperation({ summary: 'Take a task, with its parts, out of a draft (删除)' })
  @ApiOkResponse({ type: PlanDto })
  remove(
    @Req() request: ActingRequest,
    @Param() { id: planId, taskId }: PlanTaskParams,
    @Query() { expectedVersion }: RemoveQuery,
  ): Promise<PlanView> {
    return this.change(request, planId, null, (tx, actor, at) =>
      this.drafts.removeTask(tx, actor, at, { planId, taskId, expectedVersion }),
    );
  }

  @Needs('plan.edit', 'breakdown.draft')
  @Post(':id/tasks')
  @ApiOperation({
    summary: 'Add a task, or a part of one, by hand (增补)',
    description: 'For what the reader did not find in the document, or what is not in it.',
  })
  @ApiCreatedResponse({ type: PlanDto })
  add(
    @Req() request: ActingRequest,
    @Param() { id: planId }: PlanParams,
    @Body() { expectedVersion, ...addition }: TaskAdditionDto,
  ): Promise<PlanView> {
    return this.change(request, planId, { ...addition, expectedVersion }, (tx, actor, at) =>
      this.drafts.addTask(tx, actor, at, { planId, expectedVersion }, addition),
    );
  }

  @Needs('plan.edit', 'breakdown.draft')
  @Post(':id/tasks/:taskId/split')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Split a task in two or more (拆分)',
    description:
      'At offsets of its content, or into pieces in your own words. Units, leaders and the deadline are copied; targets ' +
      'and milestones go with the words they stand in. The first piece keeps id and number.',
  })
  @ApiOkResponse({ type: PlanDto })
  split(
    @Req() request: ActingRequest,
    @Param() { id: planId, taskId }: PlanTaskParams,
    @Body() { expectedVersion, ...split }: TaskSplitDto,
  ): Promise<PlanView> {
    return this.change(request, planId, { ...split, expectedVersion }, (tx, actor, at) =>
      this.drafts.splitTask(tx, actor, at, { planId, taskId, expectedVersion }, split),
    );
  }

  @Needs('plan.edit', 'breakdown.draft')
  @Post(':id/merge')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Make one of neighbouring tasks or parts (合并)',
    description:
      'Units are united by role, each once; targets, milestones and parts are kept; the latest deadline is that of all. ' +
      'The first task keeps its id.',
  })
  @ApiOkResponse({ type: PlanDto })
  merge(
    @Req() request: ActingRequest,
    @Param() { id: planId }: PlanParams,
    @Body() { expectedVersion, ...merge }: TaskMergeDto,
  ): Promise<PlanView> {
    return this.change(request, planId, { ...merge, expectedVersion }, (tx, actor, at) =>
      this.drafts.mergeTasks(tx, actor, at, { planId, expectedVersion }, merge),
    );
  }

  @Needs('plan.edit', 'breakdown.draft')
  @Put(':id/order')
  @ApiOperation({
    summary: 'Put tasks, or the parts of one, in another order (排序)',
    description: 'All of a level, or one of it. Parts follow their task; numbers stay unless `renumber` is true.',
  })
  @ApiOkResponse({ type: PlanDto })
  order(
    @Req() request: ActingRequest,
    @Param() { id: planId }: PlanParams,
    @Body() { expectedVersion, ...order }: TaskOrderDto,
  ): Promise<PlanView> {
    return this.change(request, planId, { ...order, expectedVersion }, (tx, actor, at) =>
      this.drafts.orderTasks(tx, actor, at, { planId, expectedVersion }, order),
    );
  }

  @Needs('plan.edit', 'breakdown.draft')
  @Post(':id/confirm-leads')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Confirm inferred leads (确认牵头单位)',
    description: 'Where the document names no lead, the responsible units would lead; once confirmed, they are leads.',
  })
  @ApiOkResponse({ type: PlanDto })
  confirmLeads(
    @Req() request: ActingRequest,
    @Param() { id: planId }: PlanParams,
    @Body() { expectedVersion, tasks }: ConfirmLeadsDto,
  ): Promise<PlanView> {
    return this.change(request, planId, { tasks, expectedVersion }, (tx, actor, at) =>
      this.drafts.confirmLeads(tx, actor, at, { planId, expectedVersion }, tasks),
    );
  }

  @Needs('plan.edit', 'breakdown.draft')
  @Post(':id/standing-units')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Give units to all tasks of a stretch (统一责任单位)',
    description:
      'For a rule such as 以下均需各区落实，不再列出; the warning `standing_units` of the plan offers what it says.',
  })
  @ApiOkResponse({ type: PlanDto })
  applyStandingUnits(
    @Req() request: ActingRequest,
    @Param() { id: planId }: PlanParams,
    @Body() { expectedVersion, ...standing }: StandingUnitsDto,
  ): Promise<PlanView> {
    return this.change(request, planId, { ...standing, expectedVersion }, (tx, actor, at) =>
      this.drafts.applyStandingUnits(tx, actor, at, { planId, expectedVersion }, standing),
    );
  }

  @Needs('plan.edit', 'breakdown.draft')
  @Post(':id/deadlines')
  @HttpCode(200)
  @ApiOperation({ summary: 'Set one deadline for many tasks (批量设定时限)' })
  @ApiOkResponse({ type: PlanDto })
  setDeadlines(
    @Req() request: ActingRequest,
    @Param() { id: planId }: PlanParams,
    @Body() { expectedVersion, ...setting }: BulkDeadlinesDto,
  ): Promise<PlanView> {
    return this.change(request, planId, { ...setting, expectedVersion }, (tx, actor, at) =>
      this.drafts.setDeadlines(tx, actor, at, { planId, expectedVersion }, setting),
    );
  }

  private change(
    request: ActingRequest,
    planId: string,
    content: unknown,
    command: (tx: EntityManager, actor: Actor, at: Date) => Promise<void>,
  ): Promise<PlanView> {
    return this.commands.run(request, content, async (tx, actor, at) => {
      await command(tx, actor, at);
      return this.reader.get(tx, actor, planId, null);
    });
  }
}

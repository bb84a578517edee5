import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { ApiOkResponse } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { describeApi } from '../src/openapi';

class FiguresOfTestDto extends createZodDto(
  z.object({
    text: z.string().nullable(),
    figure: z.number().nullable().meta({ description: 'What was measured.' }),
    isMet: z.boolean().nullable(),
    figures: z.array(z.number()),
    rows: z.array(z.array(z.number().nullable())),
  }),
) {}

@Controller()
class FiguresController {
  @Get('figures')
  @ApiOkResponse({ type: FiguresOfTestDto })
  get(): FiguresOfTestDto {
    return { text: null, figure: null, isMet: null, figures: [], rows: [] };
  }
}

@Module({ controllers: [FiguresController] })
class FiguresModule {}

describe('The OpenAPI document', () => {
  it('says of a field that it is null or of its type, and of a list that it is a list', async () => {
    const app = await NestFactory.create<NestFastifyApplication>(FiguresModule, new FastifyAdapter(), {
      logger: false,
    });
    describeApi(app, [{ method: 'GET', path: '/figures', needs: null, isInPerson: false, handler: 'get' }]);
    await app.init();
    const { body } = await app.inject('/api/openapi.json');
    await app.close();
    expect(JSON.parse(body).components.schemas.FiguresOfTestDto).toEqual({
      type: 'object',
      properties: {
        text: { type: ['string', 'null'] },
        figure: { type: ['number', 'null'], description: 'What was measured.' },
        isMet: { type: ['boolean', 'null'] },
        figures: { type: 'array', items: { type: 'number' } },
        rows: { type: 'array', items: { type: 'array', items: { type: ['number', 'null'] } } },
      },
      required: ['text', 'figure', 'isMet', 'figures', 'rows'],
    });
  });
});

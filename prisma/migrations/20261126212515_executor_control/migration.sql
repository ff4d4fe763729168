-- CreateEnum
CREATE TYPE "executor_mode" AS ENUM ('OPEN', 'DRAIN', 'CLOSE');

-- CreateTable
CREATE TABLE "executor_control" (
    "tenant_id" UUID NOT NULL,
    "platform" TEXT NOT NULL,
    "mode" "executor_mode" NOT NULL,
    "by_id" UUID NOT NULL,
    "reason" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "executor_control_pkey" PRIMARY KEY ("tenant_id","platform")
);

-- CreateTable
CREATE TABLE "executor_state" (
    "platform" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "breaker_state" TEXT NOT NULL,

    CONSTRAINT "executor_state_pkey" PRIMARY KEY ("platform")
);

-- CreateTable
CREATE TABLE "alert" (
    "kind" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "message" TEXT NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "alert_pkey" PRIMARY KEY ("kind","subject")
);
